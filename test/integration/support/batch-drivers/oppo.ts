import type { BatchDriver } from '../batch-driver.ts';
import { NEXT_SHANGHAI_DAY, noAnswer, unavailable } from './outcomes.ts';

const APP = { appKey: 'oppo-app-key', masterSecret: 'oppo-master-secret' };
const CREDENTIAL = { ...APP, packageName: 'im.example.chat', channelId: 'chat' };
const CONSOLE = { channels: { chat: 'private' }, categories: { IM: 'private', MARKETING: 'public' } };

export const oppo: BatchDriver = {
  credential: CREDENTIAL,
  register: ({ state }, facts = {}) => void state.vendors.oppo.apps.put({ ...APP, ...CONSOLE, ...facts }),
  revoke({ state }) {
    state.vendors.oppo.apps.remove(APP.appKey);
    state.vendors.oppo.authTokens.remove(APP.appKey);
  },
  deviceToken: (index) => `OPPO_CN_${index.toString(16).padStart(32, '0')}`,
  targetsPerCall: 1_000,
  callsFor(targets) {
    const rest = targets % 1_000;
    const unicast = rest === 1 ? 1 : 0;
    const batches = Math.ceil(targets / 1_000) - unicast;
    return { auth: 1, ...(unicast > 0 ? { unicast } : {}), ...(batches > 0 ? { unicast_batch: batches } : {}) };
  },
  textLimits: { title: 50, body: 50 },
  payloadLimit: null,
  payloadBytes: (raw) => Buffer.byteLength(raw),
  shown: ({ title, body, badge, data }) => ({
    title,
    body,
    ...(badge.kind === 'set' ? { badge: badge.value } : {}),
    data,
  }),
  background: { kind: 'rejected', code: 'background_unsupported' },
  optionKeys: ['channelId', 'category', 'notifyLevel', 'style', 'subtitle', 'title', 'body', 'templateId'],
  deaths: [{ reason: '10000', outcome: { kind: 'token_gone', code: '10000', goneAt: null } }],
  malformedTokens: [
    { token: 'not-a-registration-id', outcome: { kind: 'token_gone', code: '10000', goneAt: null } },
    { token: 'a;b', outcome: { kind: 'token_gone', code: 'token_malformed', goneAt: null } },
    { token: 'x'.repeat(257), outcome: { kind: 'token_gone', code: 'token_malformed', goneAt: null } },
  ],
  failures: [
    {
      fault: { kind: 'throttle', perSecond: 0 },
      outcome: { kind: 'throttled', code: '-2', retryAfterMs: null, scope: 'credential' },
    },
    {
      fault: { kind: 'throttle', perSecond: 0, retryAfter: 7 },
      outcome: { kind: 'throttled', code: '-2', retryAfterMs: 7_000, scope: 'credential' },
    },
    {
      fault: { kind: 'status', status: 200, reason: '55' },
      outcome: { kind: 'throttled', code: '55', retryAfterMs: null, scope: 'credential' },
    },
    { fault: { kind: 'status', status: 200, reason: '-1' }, outcome: unavailable('-1', false) },
    { fault: { kind: 'status', status: 502, body: '<html>' }, outcome: unavailable('http_502', true) },
    { fault: { kind: 'status', status: 200, reason: '40' }, outcome: { kind: 'rejected', code: '40' } },
    { fault: { kind: 'status', status: 200, reason: '9999' }, outcome: { kind: 'rejected', code: 'unknown_code' } },
    { fault: { kind: 'status', status: 200, reason: '30' }, outcome: { kind: 'misconfigured', code: '30' } },
  ],
  badPayload: { fault: { kind: 'status', status: 200, reason: '41' }, code: '41' },
  quota: {
    exhaust: ({ state }) => state.faults.put('oppo', [{ kind: 'status', status: 200, reason: '33' }]),
    outcome: { kind: 'quota_exhausted', code: '33', until: NEXT_SHANGHAI_DAY, scope: 'class' },
  },
  wrongCredentials: [
    { what: 'another secret', credential: { ...CREDENTIAL, masterSecret: 'wrong' }, code: '16' },
    { what: 'an unknown key', credential: { ...CREDENTIAL, appKey: 'nobody' }, code: '14' },
    { what: 'a disabled app', credential: CREDENTIAL, facts: { enabled: false }, code: '28' },
    { what: 'an app without the right', credential: CREDENTIAL, facts: { canPush: false }, code: '30' },
    { what: 'a class that needs a template', credential: CREDENTIAL, facts: { templateRequired: true }, code: '54' },
  ],
  accessTokens: {
    scope: 'oppo',
    issued: ({ state }) => state.counters.of('oppo').credentialTokens[APP.appKey] ?? 0,
    revoke: ({ state }) => void state.vendors.oppo.authTokens.remove(APP.appKey),
    expiry: null,
    failures: [
      { fault: { kind: 'status', status: 500 }, outcome: unavailable('access_token_http_500', false) },
      { fault: { kind: 'hang' }, outcome: noAnswer },
      { fault: { kind: 'reset' }, outcome: noAnswer },
    ],
  },
  clockTwoHoursBehind: {
    kind: 'misconfigured',
    code: '19',
    detail: "this clock differs from OPPO's by -7200 s",
  },
  receipts: {
    codes: [
      { code: 'push_arrive', state: 'delivered' },
      { code: 'regid_invalid', state: 'token_gone' },
      { code: 'user_daily_limit', state: 'quota_exhausted' },
      { code: 'message_night_control', state: 'not_shown' },
    ],
    forge: null,
  },
};
