import { describe, expect, it } from '@jest/globals';
import { RATE_GROUPS, rateLimitOf, rateLimitsOf, rateLimitsSchema } from './rate-groups.ts';

describe('rateLimitOf', () => {
  it.each([
    [{}, 100],
    [{ users: 5 }, 5],
    [{ users: null }, null],
    [{ '*': 7 }, 7],
    [{ '*': null }, null],
    [{ '*': null, users: 5 }, 5],
    [{ '*': 7, users: null }, null],
    [{ token: 5 }, 100],
  ])('takes the limit of the group, then that of all, then the default: %j', (overrides, limit) => {
    expect(rateLimitOf(overrides, 'users')).toBe(limit);
  });
});

describe('rateLimitsOf', () => {
  it('lists all groups', () => {
    expect(rateLimitsOf({})).toEqual(RATE_GROUPS);
    expect(rateLimitsOf({ '*': 7, token: null })).toMatchObject({ users: 7, token: null });
  });
});

describe('rateLimitsSchema', () => {
  it.each([{}, { users: 1 }, { '*': null }, { 'settings.put': 1_000_000 }])('takes %j', (limits) => {
    expect(rateLimitsSchema.parse(limits)).toEqual(limits);
  });

  it.each([null, [], { user: 1 }, { users: 0 }, { users: -1 }, { users: 1.5 }, { users: '1' }, { users: 1_000_001 }])(
    'refuses %j',
    (limits) => {
      expect(rateLimitsSchema.safeParse(limits).success).toBe(false);
    },
  );
});
