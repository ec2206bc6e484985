import { createServer } from 'node:net';

/** Preferred ports; each is replaced by a free one when it is taken. */
export const PREFERRED_PORTS = {
  api: 3000,
  postgres: 54_329,
  control: 3010,
  apnsProduction: 3011,
  apnsSandbox: 3012,
  fcm: 3013,
  googleToken: 3014,
  huawei: 3015,
  huaweiToken: 3016,
  honor: 3017,
  honorToken: 3018,
  xiaomi: 3019,
  oppo: 3020,
  vivo: 3021,
  meizu: 3022,
} as const;

/** The simulator's. */
export const SIMULATOR_PORTS = [
  'control',
  'apnsProduction',
  'apnsSandbox',
  'fcm',
  'googleToken',
  'huawei',
  'huaweiToken',
  'honor',
  'honorToken',
  'xiaomi',
  'oppo',
  'vivo',
  'meizu',
] as const satisfies readonly PortName[];

export type PortName = keyof typeof PREFERRED_PORTS;

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** The preferred port, or 0 (any free one) with a word to the user when it is taken. */
export async function choosePort(name: PortName, preferred: number, say: (line: string) => void): Promise<number> {
  if (preferred === 0 || (await isFree(preferred))) return preferred;
  say(`Port ${preferred} (${name}) is taken; using a free one instead.`);
  return 0;
}
