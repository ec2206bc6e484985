import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Simulator, type SimulatorOptions, startSimulator } from './index.ts';

const PORT_FLAGS: Readonly<Record<keyof Simulator['urls'], string>> = {
  apnsProduction: 'apns-production-port',
  apnsSandbox: 'apns-sandbox-port',
  fcm: 'fcm-port',
  googleToken: 'google-token-port',
  huawei: 'huawei-port',
  huaweiToken: 'huawei-token-port',
  honor: 'honor-port',
  honorToken: 'honor-token-port',
  xiaomi: 'xiaomi-port',
  oppo: 'oppo-port',
  vivo: 'vivo-port',
  meizu: 'meizu-port',
  control: 'control-port',
};

const portSchema = z.coerce.number().int().min(0).max(65_535).default(0);
const portsSchema = z.object(Object.fromEntries(Object.values(PORT_FLAGS).map((flag) => [flag, portSchema])));

const flagsSchema = z.object({
  host: z.string().optional(),
  name: z.array(z.string()).optional(),
  'tls-key': z.string().optional(),
  'tls-cert': z.string().optional(),
  'tls-ca': z.string().optional(),
  'ca-file': z.string().optional(),
  'max-records': z.coerce.number().int().min(0).optional(),
  'auto-register': z.enum(['true', 'false']).optional(),
});

type Flags = z.output<typeof flagsSchema>;

await main();

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const ports = Object.values(PORT_FLAGS).map((flag) => [flag, text]);
  const { values } = parseArgs({
    options: {
      ...(Object.fromEntries(ports) as Record<string, typeof text>),
      host: text,
      name: { type: 'string', multiple: true },
      'tls-key': text,
      'tls-cert': text,
      'tls-ca': text,
      'ca-file': text,
      'max-records': text,
      'auto-register': text,
    },
  });
  const flags = flagsSchema.parse(values);
  const simulator = await startSimulator({ ...(await optionsOf(flags)), ports: portsOf(values) });
  if (flags['ca-file'] !== undefined) await writeFile(flags['ca-file'], simulator.caPem);
  process.stdout.write(`${JSON.stringify({ ready: true, urls: simulator.urls })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void simulator.close());
  }
}

async function optionsOf(flags: Flags): Promise<SimulatorOptions> {
  return {
    host: flags.host,
    names: flags.name,
    maxRecords: flags['max-records'],
    autoRegister: flags['auto-register'] === undefined ? undefined : flags['auto-register'] === 'true',
    tls: await readTls(flags),
  };
}

function portsOf(values: object): SimulatorOptions['ports'] {
  const ports = portsSchema.parse(values);
  return Object.fromEntries(Object.entries(PORT_FLAGS).map(([name, flag]) => [name, ports[flag]]));
}

async function readTls(flags: Flags): Promise<SimulatorOptions['tls']> {
  const { 'tls-key': key, 'tls-cert': cert, 'tls-ca': ca } = flags;
  if (key === undefined || cert === undefined) return undefined;
  return {
    key: await readFile(key, 'utf8'),
    cert: await readFile(cert, 'utf8'),
    ca: ca === undefined ? undefined : await readFile(ca, 'utf8'),
  };
}
