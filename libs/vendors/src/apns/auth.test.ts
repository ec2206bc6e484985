import { verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { NOW, P256, pemOf, RSA } from '../../test/fixtures.ts';
import { TEST_CERT, TEST_CERT_KEY } from '../../test/tls-fixture.ts';
import { providerTokenKey, providerTokenRules, signProviderToken } from './auth.ts';
import { apnsCredentialSchema, type ApnsTokenCredential } from './credentials.ts';

const CREDENTIAL: ApnsTokenCredential = {
  mode: 'token',
  teamId: 'TEAM000001',
  keyId: 'KEY0000001',
  privateKeyP8: pemOf(P256),
  bundleId: 'im.example.chat',
  environment: 'sandbox',
};
const CERTIFICATE = {
  mode: 'certificate',
  certPem: TEST_CERT,
  keyPem: TEST_CERT_KEY,
  bundleId: 'im.example.chat',
  environment: 'production',
};

function decode(part: string | undefined): unknown {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
}

describe('apns provider token', () => {
  it('is a JWT with key id, team id and time, signed in JOSE form', () => {
    const { value } = signProviderToken(CREDENTIAL, NOW + 999);
    const [header, claims, signature] = value.split('.');
    expect(decode(header)).toEqual({ alg: 'ES256', kid: 'KEY0000001' });
    expect(decode(claims)).toEqual({ iss: 'TEAM000001', iat: NOW / 1_000 });
    const signed = Buffer.from(`${header}.${claims}`);
    const raw = Buffer.from(signature ?? '', 'base64url');
    expect(raw).toHaveLength(64);
    expect(verify('sha256', signed, { key: P256.publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true);
  });

  it.each([
    ['fresh at 39 minutes', 39, true],
    ['not fresh at 40 minutes', 40, false],
  ])('is %s', (_, minutes, fresh) => {
    const token = signProviderToken(CREDENTIAL, NOW);
    expect(providerTokenRules(CREDENTIAL).fresh(token, NOW + minutes * 60_000)).toBe(fresh);
    expect(token.expiresAt).toBe(NOW + 55 * 60_000);
  });

  it.each([
    ['not replaceable at 20 minutes', 20, false],
    ['replaceable at 21 minutes', 21, true],
  ])('is %s', (_, minutes, replaceable) => {
    const token = signProviderToken(CREDENTIAL, NOW);
    expect(providerTokenRules(CREDENTIAL).replaceable(token, NOW + minutes * 60_000)).toBe(replaceable);
  });

  it('is shared by apps with the same key, whatever the line ends of its PEM, and by no others', () => {
    const key = providerTokenKey(CREDENTIAL);
    expect(key).toMatch(/^apns:KEY0000001:TEAM000001:[0-9a-f]{32}$/);
    const windows = CREDENTIAL.privateKeyP8.replaceAll('\n', '\r\n');
    expect(providerTokenKey({ ...CREDENTIAL, bundleId: 'im.example.other', privateKeyP8: windows })).toBe(key);
    // Knowing another app's key id and team id is not knowing its key.
    expect(providerTokenKey({ ...CREDENTIAL, privateKeyP8: pemOf(RSA) })).not.toBe(key);
  });
});

describe('apns credential', () => {
  it('takes a signing key, without naming the mode', () => {
    const fields = Object.entries(CREDENTIAL).filter(([key]) => key !== 'mode');
    expect(apnsCredentialSchema.parse(Object.fromEntries(fields))).toEqual(CREDENTIAL);
    expect(apnsCredentialSchema.parse(CREDENTIAL)).toEqual(CREDENTIAL);
  });

  it('takes a certificate', () => {
    expect(apnsCredentialSchema.parse(CERTIFICATE)).toEqual(CERTIFICATE);
  });

  it.each<[string, unknown]>([
    ['an unknown field', { ...CREDENTIAL, keyScope: 'team' }],
    ['a missing field', { ...CREDENTIAL, teamId: undefined }],
    ['an environment that does not exist', { ...CREDENTIAL, environment: 'development' }],
    ['a team id of the wrong length', { ...CREDENTIAL, teamId: 'TEAM' }],
    ['a topic that cannot be a header', { ...CREDENTIAL, topic: 'a\nb' }],
    ['a key of another kind', { ...CREDENTIAL, privateKeyP8: pemOf(RSA) }],
    ['a key that is none', { ...CREDENTIAL, privateKeyP8: 'secret' }],
    ['a certificate with another’s key', { ...CERTIFICATE, keyPem: pemOf(P256) }],
    ['fields of both modes', { ...CREDENTIAL, certPem: TEST_CERT }],
    ['no object', null],
  ])('refuses %s', (_, fields) => {
    expect(apnsCredentialSchema.safeParse(fields).success).toBe(false);
  });

  it('does not quote a key in its errors', () => {
    const result = apnsCredentialSchema.safeParse({ ...CREDENTIAL, privateKeyP8: 'my-secret-key' });
    expect(JSON.stringify(result.error?.issues)).not.toContain('my-secret-key');
  });
});
