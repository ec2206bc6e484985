import type { BatchDriver } from '../batch-driver.ts';
import { withOtherValue, NEXT_SHANGHAI_DAY, noAnswer, unavailable } from './outcomes.ts';

const APP = {
  clientId: '104880011',
  clientSecret: 'huawei-client-secret',
  projectId: '388421841',
  packageName: 'im.example.chat',
};
const RECEIPTS = { receiptUserName: 'offpush', receiptSecret: 'huawei-receipt-secret' };
const RIGHTS = { categories: ['IM', 'VOIP', 'ACCOUNT'], highPriority: true };

const CREDENTIAL = {
  ...APP,
  ...RECEIPTS,
  badgeClass: 'im.example.chat.MainActivity',
  categories: RIGHTS.categories,
  highPriorityRight: true,
};

export const huawei: BatchDriver = {
  credential: CREDENTIAL,
  register: ({ state }, facts = {}) => void state.vendors.huawei.apps.put({ ...APP, ...RIGHTS, ...facts }),
  revoke({ state }) {
    state.vendors.huawei.apps.remove(APP.clientId);
    state.vendors.huawei.accessTokens.remove(APP.clientId);
  },
  deviceToken: (index) => `IQAAAACy0demo${String(index).padStart(12, '0')}`,
  targetsPerCall: 1_000,
  callsFor: (targets) => ({ v1: Math.ceil(targets / 1_000) }),
  textLimits: { title: null, body: null },
  payloadLimit: 4_096,
  payloadBytes: (raw) => Buffer.byteLength(raw),
  shown: ({ title, body, image, badge }) => ({
    title,
    body,
    image,
    ...(badge.kind === 'set' ? { badge: badge.value } : {}),
  }),
  // Whether data reaches the app beside a notification is not known: it is sent, and the simulated phone keeps it back.
  allowedWarnings: /^data: not handed over/,
  background: 'silent',
  optionKeys: [
    'channelId',
    'importance',
    'category',
    'urgency',
    'image',
    'sound',
    'style',
    'title',
    'body',
    'clickAction',
  ],
  deaths: [
    {
      reason: 'tokenFormatError',
      outcome: { kind: 'token_gone', code: '80100000', goneAt: null },
      alone: { kind: 'token_gone', code: '80300007', goneAt: null },
    },
  ],
  malformedTokens: ['short', 'with blank x', 'ö'.repeat(20)].map((token) => ({
    token,
    outcome: { kind: 'token_gone', code: '80300007', goneAt: null },
  })),
  failures: [
    {
      fault: { kind: 'throttle', perSecond: 0 },
      outcome: { kind: 'throttled', code: 'http_503', retryAfterMs: null, scope: 'credential' },
    },
    {
      fault: { kind: 'throttle', perSecond: 0, retryAfter: 7 },
      outcome: { kind: 'throttled', code: 'http_503', retryAfterMs: 7_000, scope: 'credential' },
    },
    { fault: { kind: 'status', status: 500, reason: '81000001' }, outcome: unavailable('81000001', true) },
    { fault: { kind: 'status', status: 502, body: '<html>' }, outcome: unavailable('http_502', true) },
    { fault: { kind: 'status', status: 500, reason: '80600003' }, outcome: unavailable('80600003', false) },
    { fault: { kind: 'status', status: 400, reason: '80100016' }, outcome: { kind: 'rejected', code: '80100016' } },
    { fault: { kind: 'status', status: 400, reason: '80399999' }, outcome: { kind: 'rejected', code: 'unknown_code' } },
    {
      fault: { kind: 'status', status: 400, reason: '80300029' },
      outcome: { kind: 'quota_exhausted', code: '80300029', until: NEXT_SHANGHAI_DAY, scope: 'class' },
    },
  ],
  badPayload: { fault: { kind: 'status', status: 400, reason: '80100003' }, code: '80100003' },
  // Over its caps Huawei goes on saying "accepted"; only receipts tell (huawei section 6).
  quota: null,
  wrongCredentials: [
    { what: 'another secret', credential: { ...CREDENTIAL, clientSecret: 'wrong' }, code: '12304' },
    { what: 'an unknown client', credential: { ...CREDENTIAL, clientId: '999' }, code: '20003' },
    { what: 'an app without push', credential: CREDENTIAL, facts: { pushEnabled: false }, code: '80300002' },
    { what: 'an app under penalty', credential: CREDENTIAL, facts: { penalised: true }, code: '80300037' },
  ],
  accessTokens: {
    scope: 'huawei-token',
    issued: ({ state }) => state.counters.of('huawei-token').credentialTokens[APP.clientId] ?? 0,
    revoke: ({ state }) => void state.vendors.huawei.accessTokens.remove(APP.clientId),
    expiry: { ageMs: 3_298_000, skewMs: 302_000 },
    failures: [
      { fault: { kind: 'status', status: 500 }, outcome: unavailable('access_token_http_500', false) },
      {
        fault: { kind: 'status', status: 503 },
        outcome: { kind: 'throttled', code: 'access_token_http_503', retryAfterMs: 300_000, scope: 'credential' },
      },
      { fault: { kind: 'hang' }, outcome: noAnswer },
      { fault: { kind: 'reset' }, outcome: noAnswer },
    ],
  },
  clockTwoHoursBehind: null,
  receipts: {
    configure: ({ state }, url) =>
      void state.vendors.huawei.apps.put({
        ...APP,
        ...RIGHTS,
        receipts: [{ url, userName: RECEIPTS.receiptUserName, secret: RECEIPTS.receiptSecret }],
      }),
    codes: [
      { code: '0', state: 'delivered' },
      { code: '2', state: 'token_gone' },
      { code: '5', state: 'token_gone' },
      { code: '6', state: 'muted' },
      { code: '10', state: 'inactive' },
      { code: '14', state: 'failed' },
      { code: '15', state: 'superseded' },
      { code: '22', state: 'failed' },
      { code: '27', state: 'pending' },
      { code: '31', state: 'rejected' },
      { code: '51', state: 'failed' },
      { code: '102', state: 'quota_exhausted' },
      { code: '144', state: 'failed' },
      { code: '201', state: 'token_gone' },
      { code: '256', state: 'quota_exhausted' },
      { code: '259', state: 'rejected' },
    ],
    forge: (headers) => ({ ...headers, 'x-huawei-callback-id': withOtherValue(headers['x-huawei-callback-id'] ?? '') }),
  },
};
