import type { BatchDriver } from '../batch-driver.ts';
import { NEXT_SHANGHAI_DAY, noAnswer, unavailable } from './outcomes.ts';

const APP = { appId: 10_001, appKey: 'vivo-app-key', appSecret: 'vivo-app-secret' };
const APP_ID = String(APP.appId);
const CREDENTIAL = { ...APP, callbackId: '17' };

export const vivo: BatchDriver = {
  credential: CREDENTIAL,
  register: ({ state }, facts = {}) => void state.vendors.vivo.apps.put({ ...APP, ...facts }),
  revoke({ state }) {
    state.vendors.vivo.apps.remove(APP_ID);
    state.vendors.vivo.authTokens.remove(APP_ID);
  },
  deviceToken: (index) => `v2-demo${String(index).padStart(20, '0')}`,
  targetsPerCall: 1_000,
  callsFor(targets) {
    const rest = targets % 1_000;
    const single = rest === 1 ? 1 : 0;
    const lists = Math.ceil(targets / 1_000) - single;
    return { auth: 1, ...(single > 0 ? { send: 1 } : {}), ...(lists > 0 ? { save: 1, list: lists } : {}) };
  },
  textLimits: { title: 40, body: 100 },
  payloadLimit: null,
  payloadBytes: (raw) => Buffer.byteLength(raw),
  shown: ({ title, body, data }) => ({ title, body, data }),
  background: { kind: 'rejected', code: 'background_unsupported' },
  optionKeys: ['classification', 'category', 'notifyType', 'title', 'body', 'clickAction', 'testMode'],
  deaths: [
    {
      reason: '2',
      outcome: { kind: 'token_gone', code: 'invalid_user_2', goneAt: null },
    },
    { reason: '3', outcome: { kind: 'token_gone', code: 'invalid_user_3', goneAt: null } },
  ],
  malformedTokens: [],
  failures: [
    {
      fault: { kind: 'throttle', perSecond: 0 },
      outcome: { kind: 'throttled', code: '10072', retryAfterMs: null, scope: 'credential' },
    },
    {
      fault: { kind: 'throttle', perSecond: 0, retryAfter: 7 },
      outcome: { kind: 'throttled', code: '10072', retryAfterMs: 7_000, scope: 'credential' },
    },
    // A list's body is stored first: what fails there was not pushed.
    { fault: { kind: 'status', status: 500 }, outcome: unavailable('http_500', false) },
    { fault: { kind: 'status', status: 200, reason: '10040' }, outcome: unavailable('10040', false) },
    { fault: { kind: 'status', status: 418 }, outcome: { kind: 'rejected', code: 'http_418' } },
    { fault: { kind: 'status', status: 200, reason: '10104' }, outcome: { kind: 'rejected', code: '10104' } },
    { fault: { kind: 'status', status: 200, reason: '99999' }, outcome: { kind: 'rejected', code: 'unknown_code' } },
    { fault: { kind: 'status', status: 200, reason: '11000' }, outcome: { kind: 'misconfigured', code: '11000' } },
  ],
  badPayload: { fault: { kind: 'status', status: 200, reason: '10059' }, code: '10059' },
  quota: {
    exhaust: ({ state }) => void state.vendors.vivo.apps.put({ ...APP, systemPerDay: 0 }),
    outcome: { kind: 'quota_exhausted', code: '10073', until: NEXT_SHANGHAI_DAY, scope: 'class' },
  },
  wrongCredentials: [
    { what: 'another secret', credential: { ...CREDENTIAL, appSecret: 'wrong' }, code: '10206' },
    { what: 'another key', credential: { ...CREDENTIAL, appKey: 'wrong' }, code: '10202' },
    { what: 'an unknown app', credential: { ...CREDENTIAL, appId: 999 }, code: '10205' },
    {
      what: 'a category that vivo does not know',
      credential: { ...CREDENTIAL, classes: { chat: { category: 'NOPE' } } },
      code: '10096',
    },
  ],
  accessTokens: {
    scope: 'vivo',
    issued: ({ state }) => state.counters.of('vivo').credentialTokens[APP_ID] ?? 0,
    revoke: ({ state }) => void state.vendors.vivo.authTokens.remove(APP_ID),
    expiry: null,
    failures: [
      { fault: { kind: 'status', status: 500 }, outcome: unavailable('access_token_http_500', false) },
      { fault: { kind: 'hang' }, outcome: noAnswer },
      { fault: { kind: 'reset' }, outcome: noAnswer },
    ],
  },
  clockTwoHoursBehind: { kind: 'misconfigured', code: '10207', detail: "this clock differs from vivo's by -7200 s" },
  receipts: {
    configure: ({ state }, url) =>
      void state.vendors.vivo.apps.put({ ...APP, callbacks: { [CREDENTIAL.callbackId]: url } }),
    codes: [
      { code: '0', state: 'delivered' },
      { code: '100/11001', state: 'quota_exhausted' },
      { code: '100/12000', state: 'quota_exhausted' },
      { code: '100/10012', state: 'expired' },
      { code: '100/14002', state: 'failed' },
      { code: '101', state: 'rejected' },
      { code: '102/20001', state: 'token_gone' },
      { code: '102/20002', state: 'token_gone' },
      { code: '102/20006', state: 'inactive' },
      { code: '103', state: 'superseded' },
      { code: '104/1017', state: 'not_shown' },
      { code: '104/2124', state: 'not_shown' },
      { code: '104/2144', state: 'expired' },
      { code: '104/2158', state: 'rejected' },
      { code: '104/2161', state: 'rejected' },
      { code: '104/2162', state: 'rejected' },
      { code: '104/2183', state: 'token_gone' },
      { code: '104/2333', state: 'not_shown' },
    ],
    forge: null,
  },
};
