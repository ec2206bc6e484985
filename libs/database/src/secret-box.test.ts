import { describe, expect, it } from '@jest/globals';
import { SecretBox } from './secret-box.ts';

const [oldKey, newKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const before = new SecretBox({ current: 'k1', keys: new Map([['k1', oldKey]]) });
const after = new SecretBox({
  current: 'k2',
  keys: new Map([
    ['k2', newKey],
    ['k1', oldKey],
  ]),
});

describe('SecretBox', () => {
  it('opens what it sealed, and nothing of the secret shows in between', () => {
    const sealed = before.seal('s3cret', 'row 1');
    expect(sealed.data.includes('s3cret')).toBe(false);
    expect(before.open(sealed, 'row 1')).toBe('s3cret');
  });

  it('seals the same secret differently each time', () => {
    expect(before.seal('s3cret', 'row 1').data).not.toEqual(before.seal('s3cret', 'row 1').data);
  });

  it('does not open a secret in another row', () => {
    expect(() => before.open(before.seal('s3cret', 'row 1'), 'row 2')).toThrow();
  });

  it('does not open what was changed', () => {
    const { keyId, data } = before.seal('s3cret', 'row 1');
    data.writeUInt8(data.readUInt8(data.length - 1) ^ 1, data.length - 1);
    expect(() => before.open({ keyId, data }, 'row 1')).toThrow();
  });

  it('seals with the new key and still opens what the old one sealed', () => {
    expect(after.open(before.seal('s3cret', 'row 1'), 'row 1')).toBe('s3cret');
    expect(after.seal('s3cret', 'row 1').keyId).toBe('k2');
  });

  it('names the key that is missing', () => {
    expect(() => before.open(after.seal('s3cret', 'row 1'), 'row 1')).toThrow(/"k2" is not in SECRET_KEYS/);
  });
});
