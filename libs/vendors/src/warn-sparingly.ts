import type { SenderPorts } from './vendor.ts';
import { LruMap } from './lru-map.ts';

const QUIET_MS = 60_000;
const REMEMBERED = 1_000;

/** Passes each warning on at most once a minute per message and `code`: one broken credential must not fill the log. */
export function warnSparingly({ warn, now }: Pick<SenderPorts, 'warn' | 'now'>): SenderPorts['warn'] {
  const lastAt = new LruMap<string, number>(REMEMBERED);
  return (message, fields) => {
    const key = `${message} ${String(fields['credential'])} ${String(fields['code'])}`;
    const at = now();
    const last = lastAt.get(key);
    if (last !== undefined && at - last < QUIET_MS) return;
    lastAt.set(key, at);
    warn(message, fields);
  };
}
