import { type KeyObject, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { bitString, bool, explicit, integer, octetString, oid, sequence, set, tagged, utcTime, utf8 } from './der.ts';

/** A private key and its certificate, both PEM. */
export interface TlsPair {
  readonly key: string;
  readonly cert: string;
}

const DAY_MS = 86_400_000;
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/**
 * A fresh P-256 key with a certificate that signs itself and names the given hosts and addresses. A client that has the
 * certificate among its authorities trusts the simulator and nothing else. Valid from a day before to two years after
 * `nowMs`, which must be the real time: TLS peers compare it with their own clock.
 */
export function selfSigned(names: readonly string[], nowMs: number): TlsPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid('2.5.4.3'), utf8('Offpush vendor simulator'))));
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    ECDSA_WITH_SHA256,
    name,
    sequence(utcTime(nowMs - DAY_MS), utcTime(nowMs + 730 * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(names))),
  );
  const cert = sequence(body, ECDSA_WITH_SHA256, bitString(sign('sha256', body, privateKey)));
  return { key: pemOfKey(privateKey), cert: pem('CERTIFICATE', cert) };
}

function extensions(names: readonly string[]): Buffer[] {
  const keyUsage = Buffer.from([0x03, 0x02, 0x02, 0x84]); // digitalSignature and keyCertSign
  return [
    extension('2.5.29.17', false, sequence(...names.map(subjectAlternativeName))),
    extension('2.5.29.19', true, sequence(bool(true))),
    extension('2.5.29.15', true, keyUsage),
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
  ];
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return critical ? sequence(oid(id), bool(true), octetString(value)) : sequence(oid(id), octetString(value));
}

function subjectAlternativeName(name: string): Buffer {
  return isIP(name) === 0 ? tagged(0x82, Buffer.from(name, 'ascii')) : tagged(0x87, addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const front = groups(head);
  const back = groups(tail);
  const zeros = Array<string>(8 - front.length - back.length).fill('0');
  return Buffer.from([...front, ...zeros, ...back].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** Positive and free of leading zeros, as DER wants an integer. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
