import { createHash } from 'node:crypto';

/**
 * The signature of a call: name=value of every parameter but `sign`, by name in byte order, raw and without separators,
 * then the secret; MD5 in lower-case hex (meizu section 2).
 */
export function signOf(parameters: Readonly<Record<string, string>>, appSecret: string): string {
  const names = Object.keys(parameters).filter((name) => name !== 'sign');
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const text = names.map((name) => `${name}=${parameters[name] ?? ''}`).join('');
  return createHash('md5')
    .update(text + appSecret, 'utf8')
    .digest('hex');
}
