import { X509Certificate, createPrivateKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { selfSigned } from './self-signed.ts';

const NOW = Date.UTC(2026, 4, 4);

describe('the self-made certificate', () => {
  const pair = selfSigned(['localhost', '127.0.0.1', '::1', '2001:db8::5:1', 'vendor-simulator'], NOW);
  const certificate = new X509Certificate(pair.cert);

  it('is signed by its own key', () => {
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(pair.key))).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
  });

  it('is for the names and addresses given and no others', () => {
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('vendor-simulator')).toBe('vendor-simulator');
    expect(certificate.checkHost('example.com')).toBeUndefined();
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.checkIP('2001:db8::5:1')).toBe('2001:db8::5:1');
    expect(certificate.checkIP('127.0.0.2')).toBeUndefined();
  });

  it('is valid from the day before for two years', () => {
    expect(Date.parse(certificate.validFrom)).toBe(NOW - 86_400_000);
    expect(Date.parse(certificate.validTo)).toBe(NOW + 730 * 86_400_000);
  });

  it('may stand among authorities', () => {
    expect(certificate.ca).toBe(true);
  });

  it('has another serial number each time', () => {
    expect(new X509Certificate(selfSigned(['localhost'], NOW).cert).serialNumber).not.toBe(certificate.serialNumber);
  });
});
