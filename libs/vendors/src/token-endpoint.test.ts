import { describe, expect, it } from '@jest/globals';
import { NOW } from '../test/fixtures.ts';
import { clockDetail, clockDifference, isFresh, outcomeOfTokenStatus, readOauthToken } from './token-endpoint.ts';

describe('answers of token endpoints', () => {
  it.each([
    [200, 'unavailable'],
    [204, 'unavailable'],
    [302, 'misconfigured'],
    [400, 'misconfigured'],
    [401, 'misconfigured'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('without a token mean by their status %s: %s', (status, kind) => {
    expect(outcomeOfTokenStatus(status, 5_000)).toMatchObject({ kind, code: `access_token_http_${status}` });
  });

  it('hand on how long to wait', () => {
    expect(outcomeOfTokenStatus(503, 5_000)).toMatchObject({ retryAfterMs: 5_000, maybeDelivered: false });
  });

  it.each([
    [200, '{"access_token":"t","expires_in":60}', { value: 't', issuedAt: NOW, expiresAt: NOW + 60_000 }],
    [201, '{"access_token":"t","expires_in":60}', null],
    [200, '{"access_token":"","expires_in":60}', null],
    [200, '{"access_token":"t","expires_in":0}', null],
    [200, '{"access_token":"t"}', null],
    [200, 'oops', null],
  ])('have an OAuth token or none: %s %s', (status, body, token) => {
    expect(readOauthToken({ status, body }, NOW)).toEqual(token);
  });
});

describe('isFresh', () => {
  const token = (lifeMs: number) => ({ value: 't', issuedAt: NOW, expiresAt: NOW + lifeMs });
  const margins = { marginMs: 300, leastMarginMs: 60 };

  it.each([
    ['up to the margin', 1_000, 699, 700],
    ['to its half when it is short', 400, 199, 200],
    ['never into the least margin', 100, 39, 40],
  ])('uses a token %s', (_, lifeMs, fresh, stale) => {
    expect([fresh, stale].map((age) => isFresh(token(lifeMs), NOW + age, margins))).toEqual([true, false]);
  });
});

describe('clocks', () => {
  it('are compared by the Date header', () => {
    const ahead = clockDifference(new Date(NOW - 90_000).toUTCString(), NOW);
    expect([ahead, clockDifference(undefined, NOW), clockDifference('soon', NOW)]).toEqual([90_000, null, null]);
    expect(clockDetail('Acme', 90_000)).toBe("this clock differs from Acme's by 90 s");
  });
});
