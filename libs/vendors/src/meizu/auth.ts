import { hash } from 'node:crypto';

/**
 * Meizu's signature: MD5 over all parameters in the order of their names, as they are before they are encoded, and the
 * secret (meizu section 2). There is no token, no time and no nonce in it: whoever reads a request can repeat it.
 */
export function sign(parameters: Readonly<Record<string, string>>, appSecret: string): string {
  // Names are ASCII, where the order of bytes is that of UTF-16 units.
  const names = Object.keys(parameters).toSorted((a, b) => (a < b ? -1 : 1));
  return hash('md5', names.map((name) => `${name}=${parameters[name] ?? ''}`).join('') + appSecret, 'hex');
}

/** The parameters and their signature as a form. */
export function signedForm(parameters: Readonly<Record<string, string>>, appSecret: string): string {
  return new URLSearchParams({ ...parameters, sign: sign(parameters, appSecret) }).toString();
}
