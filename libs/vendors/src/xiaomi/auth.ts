import type { XiaomiCredential } from './credentials.ts';

/** The header that signs a call: the secret as it is, with no token, time or signature (xiaomi section 2). */
export function authorization({ appSecret }: Pick<XiaomiCredential, 'appSecret'>): { authorization: string } {
  return { authorization: `key=${appSecret}` };
}
