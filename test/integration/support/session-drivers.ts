import { generateKeyPairSync } from 'node:crypto';
import type { Notification, Outcome, Target } from '#libs/contracts';
import type { FaultInput } from '../../../apps/vendor-simulator/src/core/faults.ts';
import type { Presentation } from '../../../apps/vendor-simulator/src/core/vendor.ts';
import type { Simulator } from '../../../apps/vendor-simulator/src/index.ts';
import { NOW, type BenchDriver } from './vendor-bench.ts';

type Credential = Readonly<Record<string, unknown>>;

/** What the conformance of a vendor with one call per device token needs to know. */
export interface SessionDriver extends BenchDriver {
  /** Takes the account back. */
  revoke(simulator: Simulator): void;
  /** Makes the access tokens that are out there worthless without taking the account back. */
  /** False when the vendor has no way to do it. */
  revokeAccessTokens(simulator: Simulator): boolean;
  /** Access tokens of the account that were seen or issued. */
  accessTokens(simulator: Simulator): number;
  /** An access token of that age is fresh for us, and expired for a vendor whose clock is ahead by so much. */
  expiry: { ageMs: number; skewMs: number };
  clockTwoHoursBehind: Outcome;
  /** Answers of the token endpoint that speak neither of the push nor of the credential. */
  accessTokenFailures: readonly { fault: FaultInput; outcome: Outcome }[];
  /** The account signed with another key. */
  wrongKey: { credential: Credential; code: string };
  /** Credentials whose key is right and which may not send what they ask for. */
  misplaced: readonly {
    what: string;
    credential: Credential;
    facts?: Readonly<Record<string, unknown>>;
    code: string;
  }[];
  malformedTokens: readonly { token: string; code: string }[];
  deaths: readonly { reason: string; timestamp?: number | null; outcome: Outcome }[];
  /** Registers the token as another app's. */
  registerElsewhere(simulator: Simulator, token: string): void;
  foreignTokenCode: string;
  /** Answers that are no word on token or credential. */
  failures: readonly { fault: FaultInput; outcome: Outcome }[];
  /** Makes the vendor refuse what is sent to the token as bad, without a fault where it can be. */
  badPayload: { credential: Credential; arrange(simulator: Simulator, token: string): void; code: string };
  payloadLimit: number;
  /** Bytes that count against the limit. */
  payloadBytes(raw: string): number;
  shown(notification: Notification, target: Target): Presentation;
  details(notification: Notification): Readonly<Record<string, unknown>>;
}

const PEM = {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
} as const;
const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256', ...PEM });
const rsaKey = () => generateKeyPairSync('rsa', { modulusLength: 2048, ...PEM });

const APPLE = ecKey();
const GOOGLE = rsaKey();

const TEAM = { teamId: 'TEAM000001', keyId: 'KEY0000001' };
const APNS_CREDENTIAL = {
  ...TEAM,
  bundleId: 'im.example.chat',
  environment: 'sandbox',
  privateKeyP8: APPLE.privateKey,
} as const;

export const apns: SessionDriver = {
  credential: APNS_CREDENTIAL,
  register: ({ state }, facts = {}) =>
    void state.vendors.apns.keys.put({ ...TEAM, publicKeyPem: APPLE.publicKey, ...facts }),
  revoke: ({ state }) => void state.vendors.apns.keys.remove(TEAM.keyId),
  // A provider token is as good as its key.
  revokeAccessTokens: () => false,
  accessTokens: ({ state }) => state.counters.of('apns').credentialTokens[TEAM.keyId] ?? 0,
  expiry: { ageMs: 39 * 60_000, skewMs: 25 * 60_000 },
  clockTwoHoursBehind: { kind: 'misconfigured', code: 'ExpiredProviderToken' },
  // Tokens are signed here.
  accessTokenFailures: [],
  wrongKey: { credential: { ...APNS_CREDENTIAL, privateKeyP8: ecKey().privateKey }, code: 'InvalidProviderToken' },
  misplaced: [
    {
      what: 'a topic that is not the key’s',
      credential: { ...APNS_CREDENTIAL, topic: 'im.example.other' },
      facts: { topics: ['im.example.chat'] },
      code: 'TopicDisallowed',
    },
    {
      what: 'a key of the other environment',
      credential: APNS_CREDENTIAL,
      facts: { environments: ['production'] },
      code: 'BadEnvironmentKeyIdInToken',
    },
    { what: 'another team', credential: { ...APNS_CREDENTIAL, teamId: 'TEAM000002' }, code: 'InvalidProviderToken' },
    { what: 'an unknown key', credential: { ...APNS_CREDENTIAL, keyId: 'KEY0000002' }, code: 'InvalidProviderToken' },
  ],
  deviceToken: (index) => index.toString(16).padStart(8, '0').padStart(64, 'a'),
  malformedTokens: [
    '',
    'abc',
    'not hex at all',
    'a'.repeat(514),
    '../../3/device/aa',
    'aaaaaaaaaaaaaaaaa',
    'é'.repeat(16),
  ].map((token) => ({ token, code: 'token_malformed' })),
  deaths: [
    {
      reason: 'Unregistered',
      timestamp: NOW - 3_600_000,
      outcome: { kind: 'token_gone', code: 'Unregistered', goneAt: NOW - 3_600_000 },
    },
    {
      reason: 'ExpiredToken',
      timestamp: NOW - 1,
      outcome: { kind: 'token_gone', code: 'ExpiredToken', goneAt: NOW - 1 },
    },
    { reason: 'ExpiredToken', timestamp: null, outcome: { kind: 'token_gone', code: 'ExpiredToken', goneAt: null } },
    { reason: 'BadDeviceToken', outcome: { kind: 'token_gone', code: 'BadDeviceToken', goneAt: null } },
    { reason: 'DeviceTokenNotForTopic', outcome: { kind: 'token_gone', code: 'DeviceTokenNotForTopic', goneAt: null } },
  ],
  registerElsewhere: ({ state }, token) =>
    state.vendors.apns.registerToken(token, { topic: 'im.example.other', environment: 'sandbox' }),
  foreignTokenCode: 'DeviceTokenNotForTopic',
  failures: [
    {
      fault: { kind: 'throttle', perSecond: 0 },
      outcome: { kind: 'throttled', code: 'TooManyRequests', retryAfterMs: null, scope: 'device' },
    },
    {
      fault: { kind: 'throttle', perSecond: 0, retryAfter: 7 },
      outcome: { kind: 'throttled', code: 'TooManyRequests', retryAfterMs: 7_000, scope: 'device' },
    },
    {
      fault: { kind: 'throttle', perSecond: 0, retryAfter: new Date(NOW + 90_000).toUTCString() },
      outcome: { kind: 'throttled', code: 'TooManyRequests', retryAfterMs: 90_000, scope: 'device' },
    },
    {
      fault: { kind: 'status', status: 429, reason: 'TooManyProviderTokenUpdates' },
      outcome: {
        kind: 'throttled',
        code: 'TooManyProviderTokenUpdates',
        retryAfterMs: 20 * 60_000,
        scope: 'credential',
      },
    },
    {
      fault: { kind: 'status', status: 500 },
      outcome: { kind: 'unavailable', code: 'InternalServerError', retryAfterMs: null, maybeDelivered: true },
    },
    {
      fault: { kind: 'status', status: 503 },
      outcome: { kind: 'unavailable', code: 'ServiceUnavailable', retryAfterMs: null, maybeDelivered: true },
    },
    {
      fault: { kind: 'status', status: 503, retryAfter: 30 },
      outcome: { kind: 'unavailable', code: 'ServiceUnavailable', retryAfterMs: 30_000, maybeDelivered: true },
    },
    {
      fault: { kind: 'status', status: 503, reason: 'Shutdown' },
      outcome: { kind: 'unavailable', code: 'Shutdown', retryAfterMs: null, maybeDelivered: false },
    },
    {
      fault: { kind: 'status', status: 502, body: '<html>Bad gateway</html>' },
      outcome: { kind: 'unavailable', code: 'http_502', retryAfterMs: null, maybeDelivered: true },
    },
    { fault: { kind: 'status', status: 418, reason: 'Teapot' }, outcome: { kind: 'rejected', code: 'http_418' } },
  ],
  badPayload: {
    credential: APNS_CREDENTIAL,
    // Nothing that the renderer makes is bad.
    arrange: ({ state }, token) =>
      state.faults.put('apns', [{ kind: 'status', status: 413, reason: 'PayloadTooLarge', tokens: [token] }]),
    code: 'PayloadTooLarge',
  },
  payloadLimit: 4_096,
  payloadBytes: (raw) => Buffer.byteLength(raw),
  shown: (
    { title, subtitle, body, image, clickAction, badge, sound, data, receiverKey },
    { receiver, badge: count },
  ) => ({
    title: title === '' ? undefined : title,
    subtitle: subtitle === '' ? undefined : subtitle,
    body,
    image,
    badge: badge.kind === 'set' ? badge.value : badge.kind === 'add' ? (count ?? undefined) : undefined,
    sound: sound === null ? undefined : (sound ?? 'default'),
    data: {
      ...(clickAction === undefined ? {} : { click_action: clickAction }),
      ...data,
      ...(image === undefined ? {} : { image }),
      ...(receiverKey === undefined ? {} : { [receiverKey]: receiver }),
    },
    warnings: [],
  }),
  details: ({ expiresAt }) => ({
    environment: 'sandbox',
    keyId: TEAM.keyId,
    pushType: 'alert',
    priority: '10',
    expiration: String(Math.floor(expiresAt / 1_000)),
  }),
};

const PROJECT = 'demo-chat-41';
const ACCOUNT = {
  project_id: PROJECT,
  client_email: `push@${PROJECT}.iam.gserviceaccount.com`,
  private_key_id: '0123456789abcdef',
};
const FCM_CREDENTIAL = { ...ACCOUNT, private_key: GOOGLE.privateKey };

function noAccessToken(code: string, retryAfterMs: number | null = null): Outcome {
  return { kind: 'unavailable', code, retryAfterMs, maybeDelivered: false };
}

export const fcm: SessionDriver = {
  credential: FCM_CREDENTIAL,
  register: ({ state }, facts = {}) => {
    state.vendors.fcm.accounts.put({ ...ACCOUNT, publicKeyPem: GOOGLE.publicKey, ...facts });
  },
  revoke: ({ state }) => void state.vendors.fcm.accounts.remove(FCM_CREDENTIAL.client_email),
  revokeAccessTokens: ({ state }) => state.vendors.fcm.accessTokens.remove(FCM_CREDENTIAL.client_email),
  accessTokens: ({ state }) => state.counters.of('google-token').credentialTokens[FCM_CREDENTIAL.client_email] ?? 0,
  // The simulator tolerates assertions of a clock that is 5 minutes behind; the token lives 3599 s.
  expiry: { ageMs: 3_298_000, skewMs: 302_000 },
  clockTwoHoursBehind: {
    kind: 'misconfigured',
    code: 'invalid_grant',
    detail: "this clock differs from Google's by -7200 s",
  },
  accessTokenFailures: [
    { fault: { kind: 'status', status: 500 }, outcome: noAccessToken('access_token_http_500') },
    { fault: { kind: 'status', status: 503, retryAfter: 7 }, outcome: noAccessToken('access_token_http_503', 7_000) },
    { fault: { kind: 'status', status: 429 }, outcome: noAccessToken('access_token_http_429') },
    { fault: { kind: 'status', status: 200, body: '<html>' }, outcome: noAccessToken('access_token_http_200') },
    { fault: { kind: 'hang' }, outcome: noAccessToken('access_token_unreachable') },
    { fault: { kind: 'reset' }, outcome: noAccessToken('access_token_unreachable') },
  ],
  wrongKey: { credential: { ...FCM_CREDENTIAL, private_key: rsaKey().privateKey }, code: 'invalid_grant' },
  misplaced: [
    {
      what: 'a project that does not exist',
      credential: { ...FCM_CREDENTIAL, project_id: 'no-such-project' },
      code: 'NOT_FOUND',
    },
    {
      what: 'an account without the permission',
      credential: FCM_CREDENTIAL,
      facts: { canSend: false },
      code: 'PERMISSION_DENIED',
    },
    {
      what: 'another key id',
      credential: { ...FCM_CREDENTIAL, private_key_id: 'fedcba9876543210' },
      code: 'invalid_grant',
    },
    {
      what: 'an unknown account',
      credential: { ...FCM_CREDENTIAL, client_email: `nobody@${PROJECT}.iam.gserviceaccount.com` },
      code: 'invalid_grant',
    },
  ],
  deviceToken: (index) => `dEvice_${index}:APA91b${String(index).padStart(20, 'x')}`,
  malformedTokens: ['short', 'with a space in it', 'schön-lang-genug', '"quoted\\token"', 'x'.repeat(4_097)].map(
    (token) => ({
      token,
      code: 'INVALID_ARGUMENT_TOKEN',
    }),
  ),
  deaths: [
    { reason: 'UNREGISTERED', outcome: { kind: 'token_gone', code: 'UNREGISTERED', goneAt: null } },
    { reason: 'SENDER_ID_MISMATCH', outcome: { kind: 'token_gone', code: 'SENDER_ID_MISMATCH', goneAt: null } },
    { reason: 'INVALID_ARGUMENT', outcome: { kind: 'token_gone', code: 'INVALID_ARGUMENT_TOKEN', goneAt: null } },
    {
      reason: 'INVALID_ARGUMENT message.token',
      outcome: { kind: 'token_gone', code: 'INVALID_ARGUMENT_TOKEN', goneAt: null },
    },
    // A bare 404 after a success of the project speaks of the token.
    { reason: 'NOT_FOUND', outcome: { kind: 'token_gone', code: 'NOT_FOUND', goneAt: null } },
    { reason: 'THIRD_PARTY_AUTH_ERROR', outcome: { kind: 'misconfigured', code: 'THIRD_PARTY_AUTH_ERROR' } },
  ],
  registerElsewhere: ({ state }, token) => state.vendors.fcm.registerToken(token, { projectId: 'another-project' }),
  foreignTokenCode: 'SENDER_ID_MISMATCH',
  failures: [
    {
      fault: { kind: 'throttle', perSecond: 0 },
      outcome: { kind: 'throttled', code: 'QUOTA_EXCEEDED', retryAfterMs: 60_000, scope: 'credential' },
    },
    {
      fault: { kind: 'throttle', perSecond: 0, retryAfter: 7 },
      outcome: { kind: 'throttled', code: 'QUOTA_EXCEEDED', retryAfterMs: 7_000, scope: 'credential' },
    },
    {
      fault: { kind: 'throttle', perSecond: 0, retryAfter: new Date(NOW + 90_000).toUTCString() },
      outcome: { kind: 'throttled', code: 'QUOTA_EXCEEDED', retryAfterMs: 90_000, scope: 'credential' },
    },
    {
      fault: { kind: 'status', status: 500 },
      outcome: { kind: 'unavailable', code: 'INTERNAL', retryAfterMs: null, maybeDelivered: true },
    },
    {
      fault: { kind: 'status', status: 502 },
      outcome: { kind: 'unavailable', code: 'http_502', retryAfterMs: null, maybeDelivered: true },
    },
    {
      fault: { kind: 'status', status: 503 },
      outcome: { kind: 'unavailable', code: 'UNAVAILABLE', retryAfterMs: null, maybeDelivered: true },
    },
    {
      fault: { kind: 'status', status: 503, retryAfter: 30 },
      outcome: { kind: 'unavailable', code: 'UNAVAILABLE', retryAfterMs: 30_000, maybeDelivered: true },
    },
    {
      fault: { kind: 'status', status: 503, retryAfter: 1 },
      outcome: { kind: 'unavailable', code: 'UNAVAILABLE', retryAfterMs: 10_000, maybeDelivered: true },
    },
    {
      fault: { kind: 'status', status: 504 },
      outcome: { kind: 'unavailable', code: 'http_504', retryAfterMs: null, maybeDelivered: true },
    },
    { fault: { kind: 'status', status: 418, reason: 'TEAPOT' }, outcome: { kind: 'rejected', code: 'http_418' } },
  ],
  badPayload: {
    credential: { ...FCM_CREDENTIAL, packageName: 'im.example.chat' },
    arrange: ({ state }, token) =>
      state.vendors.fcm.registerToken(token, { projectId: PROJECT, packageName: 'im.example.other' }),
    code: 'INVALID_ARGUMENT',
  },
  payloadLimit: 4_000,
  payloadBytes: (raw) => {
    const { message } = JSON.parse(raw) as { message: Record<string, unknown> };
    return ['notification', 'data', 'android']
      .flatMap((part) => (message[part] === undefined ? [] : [Buffer.byteLength(JSON.stringify(message[part]))]))
      .reduce((sum, bytes) => sum + bytes, 0);
  },
  shown: ({ title, body, image, badge, sound, data, receiverKey }, { receiver, badge: count }) => {
    const figure = badge.kind === 'set' ? badge.value : badge.kind === 'add' ? (count ?? 0) : 0;
    return {
      title: title === '' ? undefined : title,
      body: body === '' ? undefined : body,
      image,
      // The field has 32 bits.
      badge: figure > 0 ? Math.min(figure, 2 ** 31 - 1) : undefined,
      sound: sound === null ? undefined : (sound ?? 'default'),
      data: { ...data, ...(receiverKey === undefined ? {} : { [receiverKey]: receiver }) },
      warnings: [],
    };
  },
  details: ({ expiresAt }) => ({ priority: 'HIGH', ttl: `${Math.floor((expiresAt - NOW) / 1_000)}s` }),
};
