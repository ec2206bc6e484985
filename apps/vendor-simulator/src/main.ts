import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type SimulatorOptions, startSimulator } from './index.ts';

const port = z.coerce.number().int().min(0).max(65_535).optional();

const flagsSchema = z.object({
  host: z.string().optional(),
  'apns-production-port': port,
  'apns-sandbox-port': port,
  'fcm-port': port,
  'google-token-port': port,
  'control-port': port,
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
  const { values } = parseArgs({
    options: {
      host: text,
      'apns-production-port': text,
      'apns-sandbox-port': text,
      'fcm-port': text,
      'google-token-port': text,
      'control-port': text,
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
  const simulator = await startSimulator(await optionsOf(flags));
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
    ports: {
      apnsProduction: flags['apns-production-port'] ?? 0,
      apnsSandbox: flags['apns-sandbox-port'] ?? 0,
      fcm: flags['fcm-port'] ?? 0,
      googleToken: flags['google-token-port'] ?? 0,
      control: flags['control-port'] ?? 0,
    },
  };
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
