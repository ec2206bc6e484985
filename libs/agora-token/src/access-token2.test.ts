import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildChatToken, parseAccessToken, verifyAccessToken, type AgoraToken } from './access-token2.ts';

/** Made with Agora's own package, from its published sample id and certificate (Agora contract section 1.3.2). */
const APP_ID = '970CA35de60c44645bbae8a215061b33';
const CERTIFICATE = '5CFd2fd1755d40ecb72977518be15d3b';
const APP_TOKEN =
  '007eJxTYDg+w4X755TohUtvBs8oWP3y24q8lztFH/27dfLsd0bW+WaJCgyW5gbOjsamKalmBskmJmYmpklJiakWiUaGpgZmhknGxgwfg1MbAhkZGBkYGBgZWBkYGZgYQHwGBgBdWR7B';
const USER_TOKEN =
  '007eJxTYFgcc+tB6lR1Q08GJa5boT+nz4w/zVbLfi3w0sSHO5q8F51UYLA0N3B2NDZNSTUzSDYxMTMxTUpKTLVINDI0NTAzTDI2ZvgYnNoQyMjAyMDAwMjAygBigfhMDKWGAJwAHGU=';

function read(text: string): AgoraToken {
  const token = parseAccessToken(text);
  if (token === null) throw new Error('no token');
  return token;
}

describe('parseAccessToken', () => {
  it.each([
    [APP_TOKEN, { kind: 'app' }, 'c798440bf9945ba1a5d9539870abe9f6a86ee9b915e2fedac9cdf701059f3661'],
    [USER_TOKEN, { kind: 'user', userId: 'u1' }, 'a35cdae0659527314900220ada55f997995fcb067d07d651d291e1b8824ba2c9'],
  ])('reads what Agora made (%#)', (text, grant, signature) => {
    const token = read(text);
    expect(token).toMatchObject({
      appId: APP_ID,
      issuedAt: 1_700_000_000_000,
      expiresAt: 1_700_086_400_000,
      salt: 1,
      grant,
    });
    expect(token.signature.toString('hex')).toBe(signature);
    expect(verifyAccessToken(token, CERTIFICATE)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['the version alone', '007'],
    ['another version', `006${APP_TOKEN.slice(3)}`],
    ['base64 of anything', '007aGVsbG8gd29ybGQ='],
    ['what is no base64', '007!!!'],
    ['a cut token', APP_TOKEN.slice(0, 60)],
    ['an empty stream', `007${deflateSync(Buffer.alloc(0)).toString('base64')}`],
    ['a length beyond the end', `007${deflateSync(Buffer.from([255, 255, 1])).toString('base64')}`],
    ['a stream that unfolds to megabytes', `007${deflateSync(Buffer.alloc(8_000_000)).toString('base64')}`],
    ['text that is too long', `007${'A'.repeat(5_000)}`],
  ])('takes %s for no token', (_case, text) => {
    expect(parseAccessToken(text)).toBeNull();
  });

  it('throws at no text whatever', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        parseAccessToken(`007${deflateSync(bytes).toString('base64')}`);
        parseAccessToken(`007${Buffer.from(bytes).toString('base64')}`);
      }),
    );
  });

  it('reads no grant from a token of other services, and finds Chat after them', () => {
    const chat = inflateSync(Buffer.from(APP_TOKEN.slice(3), 'base64'));
    // Two bytes of length and 32 of signature; 34 of app id, 12 of numbers; then the number of services.
    const head = chat.subarray(0, 80);
    const service = chat.subarray(82);
    const rtm = Buffer.from([2, 0, 1, 0, 1, 0, 9, 0, 0, 0, 1, 0, 0x75]);
    const unknown = Buffer.from([99, 0, 1, 0]);
    const token = (count: number, ...services: Buffer[]): AgoraToken =>
      read(`007${deflateSync(Buffer.concat([head, Buffer.from([count, 0]), ...services])).toString('base64')}`);
    expect(token(2, rtm, service).grant).toEqual({ kind: 'app' });
    expect(token(1, rtm).grant).toBeNull();
    expect(token(2, unknown, service).grant).toBeNull();
    expect(token(0).grant).toBeNull();
  });
});

describe('verifyAccessToken', () => {
  it('refuses another certificate', () => {
    expect(verifyAccessToken(read(APP_TOKEN), CERTIFICATE.toLowerCase())).toBe(false);
  });

  it('refuses a token of which any one byte was changed', () => {
    const bytes = inflateSync(Buffer.from(USER_TOKEN.slice(3), 'base64'));
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      const token = parseAccessToken(`007${deflateSync(changed).toString('base64')}`);
      expect(token !== null && verifyAccessToken(token, CERTIFICATE)).toBe(false);
    }
  });
});

describe('buildChatToken', () => {
  const options = { appId: APP_ID, certificate: CERTIFICATE, issued: 1_700_000_000, expire: 86_400, salt: 1 };

  it('builds the same content and signature as Agora', () => {
    const app = read(buildChatToken({ ...options, grant: { kind: 'app' } }));
    expect(app).toEqual(read(APP_TOKEN));
    expect(read(buildChatToken({ ...options, grant: { kind: 'user', userId: 'u1' } }))).toEqual(read(USER_TOKEN));
  });

  it('makes no token that is valid for more than 24 hours', () => {
    const { expiresAt } = read(buildChatToken({ ...options, grant: { kind: 'app' }, expire: 2 ** 32 - 1 }));
    expect(expiresAt).toBe(1_700_086_400_000);
  });

  it('lets the earlier end count, of the token or of its privilege', () => {
    const ends = [
      [86_400, 60],
      [60, 86_400],
    ].map(([expire = 0, privilegeExpire = 0]) =>
      read(buildChatToken({ ...options, grant: { kind: 'app' }, expire, privilegeExpire })),
    );
    expect(ends.map(({ expiresAt }) => expiresAt)).toEqual([1_700_000_060_000, 1_700_000_060_000]);
  });
});
