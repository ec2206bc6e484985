import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { isSignedWithEs256, isSignedWithRs256, parseJwt } from './jwt.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

async function parsed(alg: string, key: Parameters<SignJWT['sign']>[0]) {
  const jwt = parseJwt(await new SignJWT({ iss: 'x' }).setProtectedHeader({ alg }).sign(key));
  if (jwt === undefined) throw new Error('not a JWT');
  return jwt;
}

describe('a JWT', () => {
  it('signed with ES256 or RS256 is verified as such and as nothing else', async () => {
    const es256 = await parsed('ES256', ec.privateKey);
    const rs256 = await parsed('RS256', rsa.privateKey);
    expect([isSignedWithEs256(es256, ec.publicKey), isSignedWithRs256(rs256, rsa.publicKey)]).toEqual([true, true]);
    expect([isSignedWithEs256(rs256, ec.publicKey), isSignedWithRs256(es256, rsa.publicKey)]).toEqual([false, false]);
  });

  it.each(['', 'a.b', 'a.b.c.d', 'e30.W10.AA', 'e30.e30.', 'e30=.e30.AA', 'bnVsbA.e30.AA'])('is not %j', (text) => {
    expect(parseJwt(text)).toBeUndefined();
  });

  it('is never taken from any text by an exception', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseJwt(text);
      }),
    );
  });
});
