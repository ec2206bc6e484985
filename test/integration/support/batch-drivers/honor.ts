import type { BatchDriver } from '../batch-driver.ts';
import { noAnswer, unavailable } from './outcomes.ts';

const APP = { appId: '104556677', clientId: '220011', clientSecret: 'honor-client-secret' };
const CREDENTIAL = { ...APP, packageName: 'im.example.chat', badgeClass: 'im.example.chat.MainActivity' };
const CONSOLE = { ...APP, packageName: 'im.example.chat', classificationRight: true };

export const honor: BatchDriver = {
  credential: CREDENTIAL,
  register: ({ state }, facts = {}) => void state.vendors.honor.apps.put({ ...CONSOLE, ...facts }),
  revoke({ state }) {
    state.vendors.honor.apps.remove(APP.appId);
    state.vendors.honor.accessTokens.remove(APP.appId);
  },
  deviceToken: (index) => `BAEAAAAAdemo${String(index).padStart(20, '0')}`,
  targetsPerCall: 100,
  callsFor: (targets) => ({ sendMessage: Math.ceil(targets / 100) }),
  textLimits: { title: 40, body: 256 },
  payloadLimit: 4_096,
  payloadBytes: (raw) => Buffer.byteLength(raw),
  shown: ({ title, body, image, badge, data }) => ({
    title,
    body,
    image,
    ...(badge.kind === 'set' ? { badge: badge.value } : {}),
    data,
  }),
  background: 'silent',
  optionKeys: ['importance', 'image', 'style', 'title', 'body', 'clickAction'],
  deaths: [{ reason: 'expireTokens', outcome: { kind: 'token_gone', code: 'expire_tokens', goneAt: null } }],
  malformedTokens: [],
  failures: [
    {
      fault: { kind: 'throttle', perSecond: 0 },
      outcome: { kind: 'throttled', code: 'http_429', retryAfterMs: null, scope: 'credential' },
    },
    {
      fault: { kind: 'throttle', perSecond: 0, retryAfter: 7 },
      outcome: { kind: 'throttled', code: 'http_429', retryAfterMs: 7_000, scope: 'credential' },
    },
    { fault: { kind: 'status', status: 500 }, outcome: unavailable('http_500', true) },
    { fault: { kind: 'status', status: 503, retryAfter: 30 }, outcome: unavailable('http_503', true, 30_000) },
    { fault: { kind: 'status', status: 502, body: '<html>' }, outcome: unavailable('http_502', true) },
    { fault: { kind: 'status', status: 418 }, outcome: { kind: 'rejected', code: 'http_418' } },
    {
      fault: { kind: 'status', status: 200, reason: '81000001' },
      outcome: unavailable('81xxxxxx', true),
    },
    { fault: { kind: 'status', status: 200, reason: '12345' }, outcome: { kind: 'rejected', code: 'unknown_code' } },
  ],
  badPayload: { fault: { kind: 'status', status: 400 }, code: 'http_400' },
  // Whether the answer or only the receipt tells that a cap is reached is not known (honor section 6).
  quota: null,
  wrongCredentials: [
    { what: 'another secret', credential: { ...CREDENTIAL, clientSecret: 'wrong' }, code: 'unauthorized_client' },
    { what: 'an unknown client', credential: { ...CREDENTIAL, clientId: '999' }, code: 'unauthorized_client' },
    { what: 'another app', credential: { ...CREDENTIAL, appId: '999' }, code: 'http_404' },
    { what: 'an app without push', credential: CREDENTIAL, facts: { pushEnabled: false }, code: 'http_403' },
  ],
  accessTokens: {
    scope: 'honor-token',
    issued: ({ state }) => state.counters.of('honor-token').credentialTokens[APP.appId] ?? 0,
    revoke: ({ state }) => void state.vendors.honor.accessTokens.remove(APP.appId),
    expiry: null,
    failures: [
      { fault: { kind: 'status', status: 500 }, outcome: unavailable('access_token_http_500', false) },
      { fault: { kind: 'hang' }, outcome: noAnswer },
      { fault: { kind: 'reset' }, outcome: noAnswer },
    ],
  },
  clockTwoHoursBehind: { kind: 'rejected', code: 'http_400' },
  receipts: {
    configure: ({ state }, url) => void state.vendors.honor.apps.put({ ...CONSOLE, receiptUrl: url }),
    codes: [
      { code: '40000001', state: 'delivered' },
      { code: '40000002', state: 'delivered' },
      { code: '40000003', state: 'token_gone' },
      { code: '40000004', state: 'token_gone' },
      { code: '40000005', state: 'muted' },
      { code: '40000006', state: 'muted' },
      { code: '40000007', state: 'clicked' },
      { code: '40000009', state: 'quota_exhausted' },
      { code: '40000011', state: 'delivered' },
      { code: '40000013', state: 'pending' },
      { code: '40000014', state: 'not_shown' },
      { code: '40000015', state: 'failed' },
      { code: '50000003', state: 'pending' },
    ],
    forge: null,
  },
};
