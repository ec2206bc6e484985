import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '#libs/contracts';
import { rejected, misconfigured, unavailable } from '../../test/outcomes.ts';
import { NOW } from '../../test/fixtures.ts';
import { classify, type ApnsReading } from './classify.ts';

function answered(
  status: number,
  reason: string,
  more: Record<string, unknown> = {},
  retryAfter?: string,
): ApnsReading {
  const body = JSON.stringify({ reason, ...more });
  return classify({ status, body, apnsId: 'id-1', retryAfter }, { now: NOW, tokenIssuedAt: NOW - 300_000 });
}

const gone = (code: string, goneAt: number | null = null): Outcome => ({ kind: 'token_gone', code, goneAt });

describe('apns classify', () => {
  it.each<[number, string, Outcome, ApnsReading['remedy']]>([
    [400, 'BadDeviceToken', gone('BadDeviceToken'), 'none'],
    [400, 'DeviceTokenNotForTopic', gone('DeviceTokenNotForTopic'), 'none'],
    [400, 'BadCollapseId', rejected('BadCollapseId'), 'none'],
    [400, 'BadExpirationDate', rejected('BadExpirationDate'), 'none'],
    [400, 'BadMessageId', rejected('BadMessageId'), 'none'],
    [400, 'BadPriority', rejected('BadPriority'), 'none'],
    [400, 'InvalidPushType', rejected('InvalidPushType'), 'none'],
    [400, 'DuplicateHeaders', rejected('DuplicateHeaders'), 'none'],
    [400, 'MissingDeviceToken', rejected('MissingDeviceToken'), 'none'],
    [400, 'PayloadEmpty', rejected('PayloadEmpty'), 'none'],
    [400, 'BadTopic', misconfigured('BadTopic'), 'none'],
    [400, 'MissingTopic', misconfigured('MissingTopic'), 'none'],
    [400, 'TopicDisallowed', misconfigured('TopicDisallowed'), 'none'],
    [400, 'IdleTimeout', unavailable('IdleTimeout', false), 'fresh_connection'],
    [403, 'BadCertificate', misconfigured('BadCertificate'), 'none'],
    [403, 'BadCertificateEnvironment', misconfigured('BadCertificateEnvironment'), 'none'],
    [403, 'ExpiredProviderToken', misconfigured('ExpiredProviderToken'), 'fresh_token'],
    [403, 'InvalidProviderToken', misconfigured('InvalidProviderToken'), 'fresh_token'],
    [403, 'MissingProviderToken', misconfigured('MissingProviderToken'), 'none'],
    [403, 'UnrelatedKeyIdInToken', misconfigured('UnrelatedKeyIdInToken'), 'fresh_connection'],
    [403, 'BadEnvironmentKeyIdInToken', misconfigured('BadEnvironmentKeyIdInToken'), 'none'],
    [403, 'BadEnvironmentKeyInToken', misconfigured('BadEnvironmentKeyInToken'), 'none'],
    [403, 'Forbidden', misconfigured('Forbidden'), 'none'],
    [404, 'BadPath', rejected('BadPath'), 'none'],
    [405, 'MethodNotAllowed', rejected('MethodNotAllowed'), 'none'],
    [410, 'Unregistered', gone('Unregistered'), 'none'],
    [410, 'ExpiredToken', gone('ExpiredToken'), 'none'],
    [413, 'PayloadTooLarge', rejected('PayloadTooLarge'), 'none'],
    [
      429,
      'TooManyProviderTokenUpdates',
      { kind: 'throttled', code: 'TooManyProviderTokenUpdates', retryAfterMs: 900_000, scope: 'credential' },
      'none',
    ],
    [
      429,
      'TooManyRequests',
      { kind: 'throttled', code: 'TooManyRequests', retryAfterMs: null, scope: 'device' },
      'none',
    ],
    [500, 'InternalServerError', unavailable('InternalServerError', true), 'none'],
    [503, 'ServiceUnavailable', unavailable('ServiceUnavailable', true), 'none'],
    [503, 'Shutdown', unavailable('Shutdown', false), 'fresh_connection'],
  ])('%d %s', (status, reason, outcome, remedy) => {
    expect(answered(status, reason)).toEqual({
      outcome,
      remedy,
      tokenOfAnotherApp: reason === 'DeviceTokenNotForTopic',
      unknown: false,
    });
  });

  it('takes 200 for accepted, under the id that APNs echoes', () => {
    expect(answered(200, '').outcome).toEqual({ kind: 'accepted', vendorId: 'id-1' });
  });

  it('passes on since when a token is gone', () => {
    expect(answered(410, 'Unregistered', { timestamp: 1_759_990_000_123 }).outcome).toEqual(
      gone('Unregistered', 1_759_990_000_123),
    );
  });

  it.each([
    ['a reason that is not documented', 400, 'NewReason', 'rejected', 'http_400'],
    ['a known reason with another status', 403, 'BadDeviceToken', 'rejected', 'http_403'],
    ['an undocumented failure of the server', 502, '', 'unavailable', 'http_502'],
    ['a reason that is the name of an object’s method', 400, 'toString', 'rejected', 'http_400'],
  ])('judges %s by its status and says that it is unknown', (_, status, reason, kind, code) => {
    const reading = answered(status, reason);
    expect(reading.outcome).toMatchObject({ kind, code });
    expect(reading.unknown).toBe(true);
  });

  it('honours Retry-After', () => {
    expect(answered(503, 'ServiceUnavailable', {}, '120').outcome).toMatchObject({ retryAfterMs: 120_000 });
    expect(answered(429, 'TooManyRequests', {}, '7').outcome).toMatchObject({ retryAfterMs: 7_000 });
  });

  it('does not hold a key that may already have a new token', () => {
    const answer = {
      status: 429,
      body: '{"reason":"TooManyProviderTokenUpdates"}',
      apnsId: undefined,
      retryAfter: undefined,
    };
    const { outcome } = classify(answer, { now: NOW, tokenIssuedAt: NOW - 1_300_000 });
    expect(outcome).toMatchObject({ kind: 'throttled', retryAfterMs: null });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        fc.oneof(fc.string(), fc.json()),
        fc.string(),
        (status, body, wait) => {
          const { outcome } = classify(
            { status, body, apnsId: undefined, retryAfter: wait },
            { now: NOW, tokenIssuedAt: null },
          );
          expect(typeof outcome.kind).toBe('string');
        },
      ),
    );
  });
});
