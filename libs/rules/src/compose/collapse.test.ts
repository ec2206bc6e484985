import { describe, expect, it } from '@jest/globals';
import { collapse } from './collapse.ts';

describe('collapse', () => {
  it("takes the sender's key, cut to 64 bytes", () => {
    expect(collapse('m1', 'score')).toMatchObject({ collapseId: 'score', collapse: true });
    expect(collapse('m1', 'x'.repeat(65))).toMatchObject({ collapseId: 'x'.repeat(64), collapse: true });
  });

  it('takes the message id as it is while it fits', () => {
    expect(collapse('m'.repeat(64), undefined)).toMatchObject({ collapseId: 'm'.repeat(64), collapse: false });
  });

  it('names the message for repeat suppression, whatever it collapses with', () => {
    expect(collapse('m1', undefined).dedupeId).toMatch(/^[0-9a-f]{20}$/);
    expect(collapse('m1', 'score').dedupeId).toBe(collapse('m1', undefined).dedupeId);
    expect(collapse('m2', 'score').dedupeId).not.toBe(collapse('m1', 'score').dedupeId);
  });

  it('hashes what does not fit or cannot stand in a header, each to an id of its own', () => {
    const ids = ['m'.repeat(65), 'm'.repeat(66)].map((id) => collapse(id, undefined).collapseId);
    const keys = ['比分', '比分二', 'a b'].map((key) => collapse('m1', key).collapseId);
    const all = [...ids, ...keys];
    expect(new Set(all).size).toBe(5);
    expect(all.every((id) => /^[\x21-\x7e]{1,64}$/.test(id))).toBe(true);
    expect(collapse('m2', '比分').collapseId).toBe(keys[0]);
  });
});
