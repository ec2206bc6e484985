import type { BatchDriver } from '../batch-driver.ts';
import { NEXT_SHANGHAI_DAY, unavailable } from './outcomes.ts';

const APP = { appId: '100001', appSecret: 'meizu-app-secret' };
const CREDENTIAL = { ...APP, receipts: true };

export const meizu: BatchDriver = {
  credential: CREDENTIAL,
  register: ({ state }, facts = {}) => void state.vendors.meizu.apps.put({ ...APP, ...facts }),
  revoke: ({ state }) => void state.vendors.meizu.apps.remove(APP.appId),
  deviceToken: (index) => `RA50c6348036344485d01776773577c64${String(index).padStart(12, '0')}`,
  targetsPerCall: 100,
  callsFor: (targets) => ({ pushByPushId: Math.ceil(targets / 100) }),
  textLimits: { title: 32, body: 100 },
  payloadLimit: null,
  payloadBytes: (raw) => Buffer.byteLength(raw),
  shown: ({ title, body, data }) => ({ title, body, data }),
  background: { kind: 'rejected', code: 'background_unsupported' },
  optionKeys: ['noticeMsgType', 'title', 'body', 'sound', 'clickAction', 'style', 'subtitle'],
  deaths: [
    { reason: '110002', outcome: { kind: 'token_gone', code: '110002', goneAt: null } },
    { reason: '110003', outcome: { kind: 'token_gone', code: '110003', goneAt: null } },
  ],
  malformedTokens: [],
  failures: [
    {
      fault: { kind: 'throttle', perSecond: 0 },
      outcome: { kind: 'throttled', code: '110010', retryAfterMs: null, scope: 'credential' },
    },
    {
      fault: { kind: 'throttle', perSecond: 0, retryAfter: 7 },
      outcome: { kind: 'throttled', code: '110010', retryAfterMs: 7_000, scope: 'credential' },
    },
    { fault: { kind: 'status', status: 200, reason: '1001' }, outcome: unavailable('1001', true) },
    { fault: { kind: 'status', status: 200, reason: '1003' }, outcome: unavailable('1003', false) },
    { fault: { kind: 'status', status: 502 }, outcome: unavailable('http_502', true) },
    { fault: { kind: 'status', status: 418 }, outcome: { kind: 'rejected', code: 'http_418' } },
    { fault: { kind: 'status', status: 200, reason: '110009' }, outcome: { kind: 'misconfigured', code: '110009' } },
    { fault: { kind: 'status', status: 200, reason: '99999' }, outcome: { kind: 'rejected', code: 'unknown_code' } },
  ],
  badPayload: { fault: { kind: 'status', status: 200, reason: '1005' }, code: '1005' },
  quota: {
    exhaust: ({ state }) => void state.vendors.meizu.apps.put({ ...APP, dailyQuota: 0 }),
    outcome: { kind: 'quota_exhausted', code: '110019', until: NEXT_SHANGHAI_DAY, scope: 'app' },
  },
  wrongCredentials: [
    { what: 'another secret', credential: { ...CREDENTIAL, appSecret: 'wrong' }, code: '1006' },
    { what: 'an unknown app', credential: { ...CREDENTIAL, appId: '999' }, code: '110000' },
    {
      what: 'another package',
      credential: { ...CREDENTIAL, restrictedPackageNames: ['im.example.other'] },
      code: '110031',
    },
    { what: 'a blacklisted app', credential: CREDENTIAL, facts: { blacklisted: true }, code: '110009' },
  ],
  accessTokens: null,
  clockTwoHoursBehind: null,
  receipts: {
    // The URL goes out with every call, and must be known to the console as well.
    configure: ({ state }, url) => void state.vendors.meizu.apps.put({ ...APP, receiptUrls: [url] }),
    codes: [
      { code: '1', state: 'delivered' },
      { code: '2', state: 'clicked' },
    ],
    forge: null,
  },
};
