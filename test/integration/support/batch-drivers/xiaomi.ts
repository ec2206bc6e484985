import type { BatchDriver } from '../batch-driver.ts';
import { NEXT_SHANGHAI_DAY, unavailable } from './outcomes.ts';

const SECRET = 'xiaomi-app-secret';
const APP = {
  appId: '2882303761517000000',
  appSecret: SECRET,
  packageNames: ['im.example.chat'],
  channels: [
    { id: 'chat', class: 'private' },
    { id: 'news', class: 'public' },
  ],
};
const CREDENTIAL = {
  appSecret: SECRET,
  packageName: 'im.example.chat',
  region: 'cn',
  channelId: 'chat',
  classes: { marketing: { channelId: 'news' } },
};

export const xiaomi: BatchDriver = {
  credential: CREDENTIAL,
  register: ({ state }, facts = {}) => void state.vendors.xiaomi.apps.put({ ...APP, ...facts }),
  revoke: ({ state }) => void state.vendors.xiaomi.apps.remove(APP.appId),
  deviceToken: (index) => `regid/${String(index).padStart(40, '+')}=`,
  targetsPerCall: 1_000,
  callsFor: (targets) => ({ regid: Math.ceil(targets / 1_000) }),
  textLimits: { title: 49, body: 127 },
  payloadLimit: null,
  payloadBytes: (raw) => Buffer.byteLength(raw),
  shown: ({ title, body, data }) => ({ title, body, data }),
  allowedWarnings: /may have no effect|may not be shown|the channel decides/,
  background: 'silent',
  optionKeys: ['channelId', 'sound', 'title', 'body', 'image', 'templateId', 'notifyType', 'clickAction'],
  deaths: [
    {
      reason: 'bad_regids',
      outcome: { kind: 'token_gone', code: 'bad_regid', goneAt: null },
      alone: { kind: 'token_gone', code: '20301', goneAt: null },
    },
  ],
  malformedTokens: [{ token: 'a,b', outcome: { kind: 'rejected', code: 'token_malformed' } }],
  failures: [
    {
      fault: { kind: 'throttle', perSecond: 0 },
      outcome: { kind: 'throttled', code: '200002', retryAfterMs: null, scope: 'credential' },
    },
    {
      fault: { kind: 'throttle', perSecond: 0, retryAfter: 7 },
      outcome: { kind: 'throttled', code: '200002', retryAfterMs: 7_000, scope: 'credential' },
    },
    { fault: { kind: 'status', status: 200, reason: '10001' }, outcome: unavailable('10001', true) },
    { fault: { kind: 'status', status: 200, reason: '10002' }, outcome: unavailable('10002', false) },
    { fault: { kind: 'status', status: 503 }, outcome: unavailable('http_503', true) },
    { fault: { kind: 'status', status: 200, body: '<html>' }, outcome: unavailable('unreadable_answer', true) },
    { fault: { kind: 'status', status: 403 }, outcome: { kind: 'misconfigured', code: 'http_403' } },
    { fault: { kind: 'status', status: 418 }, outcome: { kind: 'rejected', code: 'http_418' } },
    { fault: { kind: 'status', status: 200, reason: '99999' }, outcome: { kind: 'rejected', code: 'unknown_code' } },
    { fault: { kind: 'status', status: 200, reason: '10037' }, outcome: { kind: 'rejected', code: '10037' } },
  ],
  badPayload: { fault: { kind: 'status', status: 200, reason: '22100' }, code: '22100' },
  quota: {
    exhaust: ({ state }) =>
      void state.vendors.xiaomi.apps.put({ ...APP, channels: [{ id: 'chat', class: 'private', dailyQuota: 0 }] }),
    outcome: { kind: 'quota_exhausted', code: '200001', until: NEXT_SHANGHAI_DAY, scope: 'class' },
  },
  wrongCredentials: [
    { what: 'another secret', credential: { ...CREDENTIAL, appSecret: 'wrong' }, code: '21301' },
    { what: 'another package', credential: { ...CREDENTIAL, packageName: 'im.example.other' }, code: '22022' },
    { what: 'an unknown channel', credential: { ...CREDENTIAL, channelId: 'nope' }, code: '27001' },
    { what: 'a blacklisted app', credential: CREDENTIAL, facts: { blacklisted: true }, code: '10031' },
  ],
  accessTokens: null,
  clockTwoHoursBehind: null,
  receipts: {
    codes: [
      { code: '1', state: 'delivered' },
      { code: '2', state: 'clicked' },
      { code: '16', state: 'token_gone' },
      { code: '32', state: 'muted' },
      { code: '64', state: 'not_shown' },
      { code: '128', state: 'quota_exhausted' },
      { code: '1024', state: 'expired' },
    ],
    forge: null,
  },
};
