import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '#libs/contracts';
import { gone, misconfigured } from '../../test/outcomes.ts';
import { NOW } from '../../test/fixtures.ts';
import { classify, type FcmReading } from './classify.ts';
import { classifyTokenFailure } from './classify-token.ts';

const fcmError = (errorCode: string) => ({
  '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError',
  errorCode,
});
const badRequest = (field: string) => ({
  '@type': 'type.googleapis.com/google.rpc.BadRequest',
  fieldViolations: [{ field, description: 'Invalid value' }],
});
const quotaFailure = (description: string) => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ subject: 'project:demo', description }],
});
const errorInfo = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ACCESS_TOKEN_EXPIRED' };

interface Given {
  http: number;
  status: string;
  details?: unknown[];
  message?: string;
  retryAfter?: string;
  projectWorks?: boolean;
}

function answered({ http, status, details, message = '', retryAfter, projectWorks = true }: Given): FcmReading {
  const body = JSON.stringify({ error: { code: http, message, status, details } });
  return classify({ status: http, body, retryAfter }, { now: NOW, projectWorks });
}

const unavailable = (code: string): Outcome => ({
  kind: 'unavailable',
  code,
  retryAfterMs: null,
  maybeDelivered: true,
});
const throttled = (scope: 'device' | 'credential', retryAfterMs = 60_000): Outcome => ({
  kind: 'throttled',
  code: 'QUOTA_EXCEEDED',
  retryAfterMs,
  scope,
});
const REJECTED: Outcome = { kind: 'rejected', code: 'INVALID_ARGUMENT' };

describe('fcm classify', () => {
  it.each<[string, Given, Outcome, Partial<FcmReading>]>([
    [
      'a malformed token, told by the message',
      {
        http: 400,
        status: 'INVALID_ARGUMENT',
        details: [fcmError('INVALID_ARGUMENT')],
        message: 'The registration token is not a valid FCM registration token',
      },
      gone('INVALID_ARGUMENT_TOKEN'),
      {},
    ],
    [
      'a malformed token, told by the field',
      { http: 400, status: 'INVALID_ARGUMENT', details: [fcmError('INVALID_ARGUMENT'), badRequest('message.token')] },
      gone('INVALID_ARGUMENT_TOKEN'),
      {},
    ],
    [
      'a malformed token, told by the field alone',
      { http: 400, status: 'INVALID_ARGUMENT', details: [badRequest('message.token')] },
      gone('INVALID_ARGUMENT_TOKEN'),
      {},
    ],
    [
      'another wrong field, though the message speaks of tokens',
      {
        http: 400,
        status: 'INVALID_ARGUMENT',
        details: [fcmError('INVALID_ARGUMENT'), badRequest('message.android.ttl')],
        message: 'registration token is not valid',
      },
      { ...REJECTED, detail: 'message.android.ttl' },
      {},
    ],
    [
      'another wrong field without FcmError',
      { http: 400, status: 'INVALID_ARGUMENT', details: [badRequest('message.data')] },
      { ...REJECTED, detail: 'message.data' },
      {},
    ],
    [
      'a message that is too big or for another package',
      { http: 400, status: 'INVALID_ARGUMENT', details: [fcmError('INVALID_ARGUMENT')], message: 'Message too big' },
      REJECTED,
      {},
    ],
    ['an invalid argument without details', { http: 400, status: 'INVALID_ARGUMENT' }, REJECTED, {}],
    [
      'a refused access token',
      { http: 401, status: 'UNAUTHENTICATED', details: [errorInfo] },
      misconfigured('UNAUTHENTICATED'),
      { remedy: 'fresh_token', wholeCredential: true },
    ],
    [
      'a missing APNs key of the project',
      { http: 401, status: 'UNAUTHENTICATED', details: [fcmError('THIRD_PARTY_AUTH_ERROR')] },
      misconfigured('THIRD_PARTY_AUTH_ERROR'),
      {},
    ],
    [
      'the same under its old name',
      { http: 401, status: 'UNAUTHENTICATED', details: [fcmError('APNS_AUTH_ERROR')] },
      misconfigured('THIRD_PARTY_AUTH_ERROR'),
      {},
    ],
    [
      'a token of another project',
      { http: 403, status: 'PERMISSION_DENIED', details: [fcmError('SENDER_ID_MISMATCH')] },
      gone('SENDER_ID_MISMATCH'),
      { tokenOfAnotherProject: true },
    ],
    [
      'an account that may not send',
      { http: 403, status: 'PERMISSION_DENIED', details: [errorInfo] },
      misconfigured('PERMISSION_DENIED'),
      { wholeCredential: true },
    ],
    [
      'an uninstalled app',
      { http: 404, status: 'NOT_FOUND', details: [fcmError('UNREGISTERED')], projectWorks: false },
      gone('UNREGISTERED'),
      {},
    ],
    ['not found without a code, the project works', { http: 404, status: 'NOT_FOUND' }, gone('NOT_FOUND'), {}],
    [
      'not found without a code, nothing has worked today',
      { http: 404, status: 'NOT_FOUND', projectWorks: false },
      misconfigured('NOT_FOUND'),
      {},
    ],
    [
      'the project’s quota',
      { http: 429, status: 'RESOURCE_EXHAUSTED', details: [fcmError('QUOTA_EXCEEDED'), quotaFailure('per minute')] },
      throttled('credential'),
      { wholeCredential: true },
    ],
    [
      'the project’s quota with a delay',
      { http: 429, status: 'RESOURCE_EXHAUSTED', details: [fcmError('QUOTA_EXCEEDED')], retryAfter: '90' },
      throttled('credential', 90_000),
      { wholeCredential: true },
    ],
    [
      'the project’s quota with a date',
      { http: 429, status: 'RESOURCE_EXHAUSTED', retryAfter: new Date(NOW + 30_000).toUTCString() },
      throttled('credential', 30_000),
      { wholeCredential: true },
    ],
    [
      'one device’s rate',
      {
        http: 429,
        status: 'RESOURCE_EXHAUSTED',
        details: [fcmError('QUOTA_EXCEEDED'), quotaFailure('Device message rate exceeded')],
      },
      throttled('device'),
      {},
    ],
    ['a server fault', { http: 500, status: 'INTERNAL', details: [fcmError('INTERNAL')] }, unavailable('INTERNAL'), {}],
    ['a bad gateway', { http: 502, status: '' }, unavailable('http_502'), {}],
    ['a gateway’s time-out', { http: 504, status: '' }, unavailable('http_504'), {}],
    [
      'overload',
      { http: 503, status: 'UNAVAILABLE', details: [fcmError('UNAVAILABLE')] },
      unavailable('UNAVAILABLE'),
      {},
    ],
    [
      'overload with a delay',
      { http: 503, status: 'UNAVAILABLE', retryAfter: '30' },
      { kind: 'unavailable', code: 'UNAVAILABLE', retryAfterMs: 30_000, maybeDelivered: true },
      {},
    ],
    [
      'overload with a delay below the least',
      { http: 503, status: 'UNAVAILABLE', retryAfter: '1' },
      { kind: 'unavailable', code: 'UNAVAILABLE', retryAfterMs: 10_000, maybeDelivered: true },
      {},
    ],
    [
      'no detail, 4xx',
      { http: 409, status: 'UNKNOWN', details: [fcmError('UNSPECIFIED_ERROR')] },
      { kind: 'rejected', code: 'UNSPECIFIED_ERROR' },
      {},
    ],
    [
      'no detail, 5xx',
      { http: 501, status: 'UNKNOWN', details: [fcmError('UNSPECIFIED_ERROR')] },
      unavailable('UNSPECIFIED_ERROR'),
      {},
    ],
    ['an undocumented 4xx', { http: 418, status: 'X' }, { kind: 'rejected', code: 'http_418' }, { unknown: true }],
    ['an undocumented 5xx', { http: 599, status: 'X' }, unavailable('http_599'), { unknown: true }],
  ])('%s', (_, given, outcome, more) => {
    expect(answered(given)).toEqual({
      outcome,
      remedy: 'none',
      tokenOfAnotherProject: false,
      wholeCredential: false,
      unknown: false,
      ...more,
    });
  });

  it('takes 200 for accepted, under the name that FCM gives', () => {
    const context = { now: NOW, projectWorks: false };
    const name = 'projects/demo/messages/0:1';
    expect(classify({ status: 200, body: `{"name":"${name}"}`, retryAfter: undefined }, context).outcome).toEqual({
      kind: 'accepted',
      vendorId: name,
    });
    expect(classify({ status: 200, body: '', retryAfter: undefined }, context).outcome).toEqual({
      kind: 'accepted',
      vendorId: null,
    });
  });

  it('counts a body that is not JSON by its status alone', () => {
    const html = { body: '<html>', retryAfter: undefined };
    const context = { now: NOW, projectWorks: true };
    expect(classify({ status: 502, ...html }, context).outcome.kind).toBe('unavailable');
    expect(classify({ status: 400, ...html }, context).outcome).toEqual({ kind: 'rejected', code: 'http_400' });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        fc.oneof(fc.string(), fc.json()),
        fc.string(),
        (status, body, wait) => {
          const { outcome } = classify({ status, body, retryAfter: wait }, { now: NOW, projectWorks: true });
          expect(typeof outcome.kind).toBe('string');
        },
      ),
    );
  });
});

describe('classifyTokenFailure', () => {
  it.each<[string, number, string, Outcome]>([
    ['a bad signature or account', 400, '{"error":"invalid_grant"}', misconfigured('invalid_grant')],
    ['a wrong scope', 400, '{"error":"invalid_scope"}', misconfigured('invalid_scope')],
    ['a wrong request', 400, '{"error":"invalid_request"}', misconfigured('invalid_request')],
    ['an unknown client', 401, '{"error":"invalid_client"}', misconfigured('invalid_client')],
    ['another error', 400, '{"error":"made_up"}', misconfigured('access_token_http_400')],
    [
      'too many requests',
      429,
      '',
      { kind: 'unavailable', code: 'access_token_http_429', retryAfterMs: 5_000, maybeDelivered: false },
    ],
    [
      'a server fault',
      503,
      '<html>',
      { kind: 'unavailable', code: 'access_token_http_503', retryAfterMs: 5_000, maybeDelivered: false },
    ],
    [
      'a broken success',
      200,
      '{}',
      { kind: 'unavailable', code: 'access_token_http_200', retryAfterMs: 5_000, maybeDelivered: false },
    ],
  ])('%s', (_, status, body, outcome) => {
    expect(classifyTokenFailure({ status, body, retryAfterMs: 5_000, vendorDate: null }, NOW)).toEqual(outcome);
  });

  it('names the clock as a cause when it differs from Google’s by more than a minute', () => {
    const failure = { status: 400, body: '{"error":"invalid_grant"}', retryAfterMs: null };
    const at = (ms: number) => classifyTokenFailure({ ...failure, vendorDate: new Date(NOW - ms).toUTCString() }, NOW);
    expect(at(300_000)).toMatchObject({ detail: "this clock differs from Google's by 300 s" });
    expect(at(30_000)).not.toHaveProperty('detail');
  });
});
