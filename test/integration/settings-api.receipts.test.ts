import { createHmac, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VendorName } from '#libs/contracts';
import { openSql, StoryStore, type Sql } from '#libs/database';
import { simulatedAccounts } from '#libs/simulated-vendors';
import {
  apnsCredential,
  at,
  decideMessage,
  startFixture,
  type Answer,
  type Fixture,
  type TestApp,
} from './settings-api.support.ts';

const accounts = simulatedAccounts();

let fixture: Fixture;
let sql: Sql;
beforeAll(async () => {
  fixture = await startFixture();
  sql = openSql(fixture.database.url);
});
afterAll(async () => {
  await sql.close();
  await fixture.close();
});

/** Its user name and its secret are the console's; the secret is Base64, as newer configurations have it. */
const HUAWEI_PROOF = { receiptUserName: 'offpush', receiptSecret: 'dGhlIGtleSBvZiByZWNlaXB0cw==' };

const MESSAGE = 'm-1';

/** An app whose message went out through one credential, as one send job. */
interface Sent {
  app: TestApp;
  vendor: VendorName;
  /** Where the credential's vendor posts. */
  path: string;
  jobId: string;
  tokenOf: (user: string) => string;
  /** An instant on the vendor's clock after the push had gone out. */
  later: number;
}

let apps = 0;

async function sent(
  vendor: VendorName,
  { users = ['ana'], fields = {} }: { users?: readonly string[]; fields?: Record<string, unknown> } = {},
): Promise<Sent> {
  apps += 1;
  const app = await fixture.createApp('receipts', `app${apps}`);
  const own = vendor === 'apns' ? apnsCredential() : { ...accounts[vendor].credential, ...fields };
  const credential = await put(app, '/push/credentials/phones', { vendor, ...own });
  const tokenOf = (user: string): string => accounts[vendor].deviceToken(`${app.id} ${user}`);
  for (const user of users) {
    await put(app, `/users/${user}`, {});
    await put(app, `/users/${user}/devices/d1`, { credential: 'phones', token: tokenOf(user) });
  }
  const body = { id: MESSAGE, chatType: 'user', sender: { username: 'lin' }, receivers: users, text: 'confidential' };
  await fixture.call('POST', `${app.base}/push/messages`, { body, token: app.token });
  const jobId = await decide(app);
  fixture.clock.advance(60_000);
  return {
    app,
    vendor,
    path: String(at(credential, 'data', 'receiptPath')),
    jobId,
    tokenOf,
    later: fixture.clock.now() - 1_000,
  };
}

async function put({ base, token }: TestApp, path: string, body: unknown): Promise<unknown> {
  const answer = await fixture.call('PUT', base + path, { body, token });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

/** Decides the app's message. Returns the id of its send job. */
async function decide({ id: appId }: TestApp): Promise<string> {
  await decideMessage(sql, appId, MESSAGE, { now: fixture.clock.now() });
  return String((await new StoryStore(sql).ofMessage(appId, MESSAGE))?.sendJobs[0]?.id);
}

async function told({ app }: Sent): Promise<unknown> {
  return (await fixture.call('GET', `${app.base}/push/messages/${MESSAGE}`, { token: app.token })).body['data'];
}

/** What the explanation says that the vendor reported of a user's device. */
async function receiptsOf(scene: Sent, user = 'ana'): Promise<unknown> {
  const receivers = at(await told(scene), 'receivers') as { receiver: string }[];
  return at(
    receivers.find(({ receiver }) => receiver === user),
    'devices',
    0,
    'receipts',
  );
}

/** The user's device token as the API shows it. */
async function tokenOf({ app }: Sent, user = 'ana'): Promise<unknown> {
  const answer = await fixture.call('GET', `${app.base}/users/${user}/devices/d1`, { token: app.token });
  return at(answer.body, 'data', 'tokens', 0);
}

interface Post {
  raw: string;
  headers?: Record<string, string>;
}

async function post({ path }: Pick<Sent, 'path'>, { raw, headers = {} }: Post): Promise<Answer> {
  return await fixture.call('POST', path, { raw, headers, token: null });
}

function json(body: unknown, headers: Record<string, string> = {}): Post {
  return { raw: JSON.stringify(body), headers: { 'content-type': 'application/json; charset=utf-8', ...headers } };
}

function form(fields: Record<string, string>): Post {
  return {
    raw: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  };
}

/** One receipt in the vendor's own form, of a user's token. */
type Form<Code = number> = (scene: Sent, code: Code, user?: string) => Post;

const huaweiV1: Form = ({ jobId, tokenOf, later }, status, user = 'ana') =>
  json({
    statuses: [
      { biTag: jobId, appid: '104880011', token: tokenOf(user), status, timestamp: later, requestId: 'req-7731' },
    ],
  });

const huaweiV3: Form = ({ jobId, tokenOf, later }, result, user = 'ana') =>
  json({
    statuses: [
      {
        token: tokenOf(user),
        appPackageName: 'im.example.chat',
        pushType: 0,
        biTag: jobId,
        requestId: 'req-7731',
        deliveryStatus: { result, timestamp: later },
      },
    ],
  });

const honor: Form = ({ jobId, tokenOf, later }, status, user = 'ana') =>
  json({
    statuses: [
      { token: tokenOf(user), biTag: jobId, status, timestamp: later, appid: '104556677', requestId: 'req-7731' },
    ],
  });

const xiaomi: Form = ({ jobId, tokenOf, later }, type, user = 'ana') =>
  form({
    data: JSON.stringify({
      sdm00010700000000001Aa: { param: jobId, type, targets: tokenOf(user), jobKey: 'j1', timestamp: later },
    }),
  });

const oppo: Form<string> = ({ jobId, tokenOf, later }, eventType, user = 'ana') =>
  json([
    {
      messageId: '3000001-1-1-5a5fd4ecd6c5a14a40c0c5e1',
      appId: '3000001',
      taskId: 't1',
      registrationIds: tokenOf(user),
      eventTime: String(later),
      param: jobId,
      eventType,
    },
  ]);

const vivoOld: Form<null> = ({ jobId, tokenOf }, _code, user = 'ana') =>
  json({ '542423340000000001': { param: jobId, targets: tokenOf(user) } });

const vivoNew: Form<readonly [type: string, subtype?: string]> = (scene, [ackType, subAckType], user = 'ana') =>
  json({
    '542423340000000001': {
      targets: scene.tokenOf(user),
      param: scene.jobId,
      ackTime: String(scene.later),
      ackType,
      ...(subAckType !== undefined && { subAckType }),
    },
  });

const meizu: Form = ({ jobId, tokenOf }, type, user = 'ana') =>
  form({
    cb: JSON.stringify({
      [`c2ee5c3bf00448cfbceb7fdf68c3c8eb-${type}`]: { param: jobId, type, targets: [tokenOf(user)] },
    }),
    access_token: 'receipt-token',
  });

const SUCCESS = '{"code":"0","message":"success"}';

/** What each vendor says of one push, what it is answered, and what the explanation makes of it. */
const said: readonly [what: string, VendorName, (scene: Sent) => Post, answer: string, receipt: object][] = [
  ['Huawei v1: reached', 'huawei', (s) => huaweiV1(s, 0), SUCCESS, { state: 'delivered', code: '0' }],
  ['Huawei v3: reached', 'huawei', (s) => huaweiV3(s, 0), SUCCESS, { state: 'delivered', code: '0' }],
  ['Huawei: replaced', 'huawei', (s) => huaweiV1(s, 15), SUCCESS, { state: 'superseded', code: '15' }],
  ['Honor: accepted', 'honor', (s) => honor(s, 40000002), SUCCESS, { state: 'delivered', code: '40000002' }],
  ['Honor: clicked', 'honor', (s) => honor(s, 40000007), SUCCESS, { state: 'clicked', code: '40000007' }],
  ['Xiaomi: delivered', 'xiaomi', (s) => xiaomi(s, 1), 'ok', { state: 'delivered', code: '1' }],
  ['Xiaomi: over quota', 'xiaomi', (s) => xiaomi(s, 128), 'ok', { state: 'quota_exhausted', code: '128' }],
  ['OPPO: arrived', 'oppo', (s) => oppo(s, 'push_arrive'), '', { state: 'delivered', code: 'push_arrive' }],
  ['OPPO: at night', 'oppo', (s) => oppo(s, 'message_night_control'), '', { state: 'not_shown' }],
  ['vivo, old style', 'vivo', (s) => vivoOld(s, null), '', { state: 'delivered', at: null }],
  ['vivo, new style', 'vivo', (s) => vivoNew(s, ['0']), '', { state: 'delivered', code: '0' }],
  ['vivo: replaced', 'vivo', (s) => vivoNew(s, ['103']), '', { state: 'superseded', code: '103' }],
  ['Meizu: delivered', 'meizu', (s) => meizu(s, 1), '', { state: 'delivered', code: '1', at: null }],
  ['Meizu: clicked', 'meizu', (s) => meizu(s, 2), '', { state: 'clicked', code: '2', at: null }],
];

describe('a receipt', () => {
  it.each(said)('of %s lands in the explanation', async (_what, vendor, posted, answer, receipt) => {
    const scene = await sent(vendor);
    const { status, text } = await post(scene, posted(scene));
    expect([status, text]).toEqual([200, answer]);
    expect(await receiptsOf(scene)).toEqual([
      { code: expect.any(String), at: scene.later, receivedAt: fixture.clock.now(), ...receipt },
    ]);
  });

  it.each<[string, VendorName, (scene: Sent) => Post]>([
    ['Huawei: uninstalled', 'huawei', (s) => huaweiV1(s, 2)],
    ['Huawei v3: unknown', 'huawei', (s) => huaweiV3(s, 5)],
    ['Honor', 'honor', (s) => honor(s, 40000004)],
    ['Xiaomi', 'xiaomi', (s) => xiaomi(s, 16)],
    ['OPPO', 'oppo', (s) => oppo(s, 'regid_invalid')],
    ['vivo', 'vivo', (s) => vivoNew(s, ['102', '20001'])],
  ])('that the token is dead marks it: %s', async (_what, vendor, posted) => {
    const scene = await sent(vendor, { users: ['ana', 'ben'] });
    await post(scene, posted(scene));
    expect(await receiptsOf(scene)).toMatchObject([{ state: 'token_gone' }]);
    expect(await tokenOf(scene)).toMatchObject({ tokenGone: true, goneAt: scene.later, mutedUntil: null });
    expect(await tokenOf(scene, 'ben')).toMatchObject({ tokenGone: false, goneAt: null });
  });

  it.each<[string, VendorName, (scene: Sent) => Post]>([
    ['Huawei', 'huawei', (s) => huaweiV1(s, 6)],
    ['Honor', 'honor', (s) => honor(s, 40000005)],
    ['Xiaomi', 'xiaomi', (s) => xiaomi(s, 32)],
  ])('that notifications are off mutes the token until it is registered again: %s', async (_what, vendor, posted) => {
    const scene = await sent(vendor);
    await post(scene, posted(scene));
    expect(await receiptsOf(scene)).toMatchObject([{ state: 'muted' }]);
    expect(await tokenOf(scene)).toMatchObject({ tokenGone: false, mutedUntil: Number.MAX_SAFE_INTEGER });
    await put(scene.app, '/users/ana/devices/d1', { credential: 'phones', token: scene.tokenOf('ana') });
    expect(await tokenOf(scene)).toMatchObject({ mutedUntil: null });
    await post(scene, posted(scene));
    expect(await tokenOf(scene)).toMatchObject({ mutedUntil: null });
  });

  it.each<[string, VendorName, (scene: Sent) => Post[]]>([
    ['Honor', 'honor', (s) => [honor(s, 40000013), honor(s, 40000002), honor(s, 40000007)]],
    ['Xiaomi', 'xiaomi', (s) => [xiaomi(s, 1), xiaomi(s, 2)]],
    ['Meizu', 'meizu', (s) => [meizu(s, 1), meizu(s, 2)]],
  ])('follows those before it: clicked after delivered, %s', async (_what, vendor, posts) => {
    const scene = await sent(vendor);
    for (const one of posts(scene)) await post(scene, one);
    const states = (await receiptsOf(scene)) as { state: string }[];
    expect(states.map(({ state }) => state).slice(-2)).toEqual(['delivered', 'clicked']);
  });

  it.each(said)('of %s changes nothing when it is posted again', async (_what, vendor, posted) => {
    const scene = await sent(vendor);
    await post(scene, posted(scene));
    const before = await told(scene);
    fixture.clock.advance(1_000);
    expect((await post(scene, posted(scene))).status).toBe(200);
    expect(await told(scene)).toEqual(before);
  });

  it('counts for the device it names, of all that one send job went to', async () => {
    const scene = await sent('xiaomi', { users: ['ana', 'ben', 'cleo'] });
    const targets = [scene.tokenOf('cleo'), scene.tokenOf('ana'), 'regid/of-nobody'].join(',');
    await post(scene, form({ data: JSON.stringify({ id: { param: scene.jobId, type: 1, targets } }) }));
    expect(await receiptsOf(scene, 'ana')).toMatchObject([{ state: 'delivered' }]);
    expect(await receiptsOf(scene, 'ben')).toEqual([]);
    expect(await receiptsOf(scene, 'cleo')).toMatchObject([{ state: 'delivered' }]);
  });

  it('is still taken for a credential that is switched off', async () => {
    const scene = await sent('oppo');
    await put(scene.app, '/push/credentials/phones', {
      vendor: 'oppo',
      ...accounts.oppo.credential,
      disabled: true,
    });
    expect((await post(scene, oppo(scene, 'push_arrive'))).status).toBe(200);
    expect(await receiptsOf(scene)).toHaveLength(1);
  });

  it('is taken at the same address after the credential was replaced', async () => {
    const scene = await sent('oppo');
    const replaced = await put(scene.app, '/push/credentials/phones', {
      vendor: 'oppo',
      ...accounts.oppo.credential,
      masterSecret: 'another',
    });
    expect(at(replaced, 'data', 'receiptPath')).toBe(scene.path);
    await post(scene, oppo(scene, 'push_arrive'));
    expect(await receiptsOf(scene)).toHaveLength(1);
  });
});

/** The header with which Huawei proves a post. */
function proof(key: Buffer | string, timestamp: number, userName = HUAWEI_PROOF.receiptUserName): string {
  const nonce = randomUUID();
  const value = createHmac('sha256', key).update(`${timestamp}${nonce}${userName}`).digest('base64');
  return `timestamp=${timestamp}; nonce=${nonce}; value=${value}`;
}

describe("Huawei's proof", () => {
  const PLAIN = HUAWEI_PROOF.receiptSecret;
  const DECODED = Buffer.from(PLAIN, 'base64');
  const TEN_MINUTES = 600_000;

  async function proven(headers: (now: number) => Record<string, string>): Promise<[Sent, Answer]> {
    const scene = await sent('huawei', { fields: HUAWEI_PROOF });
    const { raw } = huaweiV1(scene, 5);
    return [scene, await post(scene, { raw, headers: headers(fixture.clock.now()) })];
  }

  it.each<[string, (now: number) => string]>([
    ['with the text of the secret', (now) => proof(PLAIN, now)],
    ['with what the secret encodes', (now) => proof(DECODED, now)],
    ['ten minutes old', (now) => proof(DECODED, now - TEN_MINUTES)],
  ])('is believed when it was made %s', async (_how, made) => {
    const [scene, { status }] = await proven((now) => ({ 'X-HUAWEI-CALLBACK-ID': made(now) }));
    expect(status).toBe(200);
    expect(await receiptsOf(scene)).toHaveLength(1);
  });

  it.each<[string, (now: number) => Record<string, string>]>([
    ['is missing', () => ({})],
    ['is empty', () => ({ 'x-huawei-callback-id': '' })],
    ['is no proof', () => ({ 'x-huawei-callback-id': 'timestamp=x; nonce=; value=' })],
    ['is made with another key', (now) => ({ 'x-huawei-callback-id': proof('another', now) })],
    ['is made with no key', (now) => ({ 'x-huawei-callback-id': proof('', now) })],
    ['is of another user name', (now) => ({ 'x-huawei-callback-id': proof(PLAIN, now, 'other') })],
    ['is too old', (now) => ({ 'x-huawei-callback-id': proof(PLAIN, now - TEN_MINUTES - 1) })],
    ['is too new', (now) => ({ 'x-huawei-callback-id': proof(PLAIN, now + TEN_MINUTES + 1) })],
    ['is for another time', (now) => ({ 'x-huawei-callback-id': proof(PLAIN, now - 1).replace(/\d+;/, `${now};`) })],
  ])('is needed: a post whose proof %s changes nothing', async (_how, headers) => {
    const [scene, { status, body }] = await proven(headers);
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: 'auth_bad_access_token' });
    expect(await receiptsOf(scene)).toEqual([]);
    expect(await tokenOf(scene)).toMatchObject({ tokenGone: false });
  });

  it('is the first, when the header comes twice', async () => {
    const scene = await sent('huawei', { fields: HUAWEI_PROOF });
    const { raw } = huaweiV1(scene, 0);
    const [good, bad] = [proof(PLAIN, fixture.clock.now()), proof('another', fixture.clock.now())];
    const head = (first: string, second: string): string =>
      `POST ${scene.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(raw)}\r\n` +
      `X-Huawei-Callback-Id: ${first}\r\nX-Huawei-Callback-Id: ${second}\r\n\r\n${raw}`;
    expect(await firstBytes(head(bad, good))).toMatch(/^HTTP\/1\.1 401 /);
    expect(await firstBytes(head(good, bad))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

/** Writes a request and returns the first part of what comes back, whether or not the request was complete. */
async function firstBytes(request: string): Promise<string> {
  const { hostname, port } = new URL(fixture.api.url);
  return await new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.once('data', (chunk: Buffer) => {
      resolve(chunk.toString());
      socket.destroy();
    });
    socket.on('error', reject);
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
  });
}

describe('a post', () => {
  const UNKNOWN = '00000000-0000-4000-8000-000000000000';

  it.each<[string, (scene: Sent) => string]>([
    ['a key that nobody has', () => `/receipts/oppo/${UNKNOWN}`],
    ['a key that is none', () => '/receipts/oppo/1'],
    ['the key of another vendor', ({ path }) => path.replace('/oppo/', '/xiaomi/')],
    ['a vendor without receipts', ({ path }) => path.replace('/oppo/', '/apns/')],
    ['a vendor that does not exist', ({ path }) => path.replace('/oppo/', '/pigeon/')],
    ['a vendor in capitals', ({ path }) => path.replace('/oppo/', '/OPPO/')],
    ['a part of a key', ({ path }) => path.slice(0, -1)],
  ])('to %s finds nothing', async (_what, path) => {
    const scene = await sent('oppo');
    const { status, body } = await post({ path: path(scene) }, oppo(scene, 'regid_invalid'));
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: 'not_found', error_description: 'url is invalid' });
    expect(await receiptsOf(scene)).toEqual([]);
    expect(await tokenOf(scene)).toMatchObject({ tokenGone: false });
  });

  it('to an address of nobody is refused before its body is there', async () => {
    const head = `POST /receipts/oppo/${UNKNOWN} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n[`;
    expect(await firstBytes(head)).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('finds nothing any more when its credential was deleted, nor at the address of its successor', async () => {
    const scene = await sent('oppo');
    await fixture.call('DELETE', `${scene.app.base}/push/credentials/phones`, { token: scene.app.token });
    expect((await post(scene, oppo(scene, 'push_arrive'))).status).toBe(404);
    const next = await put(scene.app, '/push/credentials/phones', { vendor: 'oppo', ...accounts.oppo.credential });
    const path = String(at(next, 'data', 'receiptPath'));
    expect(path).not.toBe(scene.path);
    expect((await post({ path }, oppo(scene, 'push_arrive'))).status).toBe(200);
    expect(await receiptsOf(scene)).toEqual([]);
  });

  it('has no address where the vendor reports nothing', async () => {
    expect((await sent('apns')).path).toBe('null');
  });

  const SIX = ['huawei', 'honor', 'xiaomi', 'oppo', 'vivo', 'meizu'] as const;

  it.each(SIX.flatMap((vendor) => ['', 'nonsense', '"', 'data=[', 'cb=%'].map((raw) => [vendor, raw] as const)))(
    'of %s with the body %j is refused',
    async (vendor, raw) => {
      const scene = await sent(vendor);
      const { status, body } = await post(scene, { raw });
      expect(status).toBe(400);
      expect(body).toMatchObject({ error_description: 'This is an invalid request.' });
    },
  );

  it('without a body is refused', async () => {
    const { path } = await sent('honor');
    expect((await fixture.call('POST', path, { token: null })).status).toBe(400);
  });

  it('may have a mebibyte and no byte more', async () => {
    const scene = await sent('oppo');
    const { raw } = oppo(scene, 'push_arrive');
    const tooLarge = await post(scene, { raw: raw.padEnd(1_048_577, ' ') });
    expect(tooLarge.status).toBe(413);
    expect(tooLarge.body['error_description']).toBe('request body is too large');
    expect(await receiptsOf(scene)).toEqual([]);
    expect((await post(scene, { raw: raw.padEnd(1_048_576, ' ') })).status).toBe(200);
    expect(await receiptsOf(scene)).toHaveLength(1);
  });

  it('may hold 10,000 receipts and no more', async () => {
    const scene = await sent('oppo');
    const { raw } = oppo(scene, 'push_arrive');
    const many = (others: number): Post => ({
      raw: raw.replace(scene.tokenOf('ana'), `${'x,'.repeat(others)}${scene.tokenOf('ana')}`),
    });
    expect((await post(scene, many(10_000))).status).toBe(400);
    expect(await receiptsOf(scene)).toEqual([]);
    expect((await post(scene, many(9_999))).status).toBe(200);
    expect(await receiptsOf(scene)).toHaveLength(1);
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])('is no %s', async (method) => {
    const { path } = await sent('oppo');
    const answer = await fixture.call(method, path, { token: null });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it.each<[string, VendorName, (scene: Sent) => Post]>([
    ['times before all times', 'oppo', (s) => ({ raw: oppo(s, 'regid_invalid').raw.replace(/"\d{13}"/, '-9e15') })],
    ['times after all times', 'oppo', (s) => ({ raw: oppo(s, 'regid_invalid').raw.replace(/"\d{13}"/, '9e15') })],
    ['NUL and lone surrogates', 'oppo', (s) => oppo(s, 'odd \0 \ud83d')],
    ['another kind of job id', 'honor', (s) => honor({ ...s, jobId: "1' OR true--" }, 40000002)],
    ['a job id beyond all', 'honor', (s) => honor({ ...s, jobId: '9'.repeat(40) }, 40000002)],
    ['the name of a prototype', 'vivo', () => ({ raw: '{"__proto__":{"targets":"a","param":"1"}}' })],
  ])('with %s does no harm', async (_what, vendor, posted) => {
    const scene = await sent(vendor);
    expect((await post(scene, posted(scene))).status).toBeLessThan(500);
    expect((await fixture.call('GET', `${scene.app.base}/push/messages/${MESSAGE}`, scene.app)).status).toBe(200);
  });
});

describe('an app', () => {
  it('sees and touches nothing of another through its own address', async () => {
    const [mine, theirs] = [await sent('honor'), await sent('honor')];
    const before = [await told(theirs), await tokenOf(theirs)];
    for (const code of [40000002, 40000004, 40000005]) {
      const { status, text } = await post(mine, honor(theirs, code));
      expect([status, text]).toEqual([200, SUCCESS]);
    }
    expect([await told(theirs), await tokenOf(theirs)]).toEqual(before);
  });

  it('keeps receipts on one credential apart from the pushes and tokens of another', async () => {
    const scene = await sent('honor');
    const second = await put(scene.app, '/push/credentials/second', { vendor: 'honor', ...accounts.honor.credential });
    const path = String(at(second, 'data', 'receiptPath'));
    await post({ path }, honor(scene, 40000004));
    expect(await receiptsOf(scene)).toEqual([]);
    expect(await tokenOf(scene)).toMatchObject({ tokenGone: false });
  });

  it('may have the name of the path, and keeps its own routes', async () => {
    const app = await fixture.createApp('receipts', 'oppo');
    await put(app, '/users/ana', {});
    expect((await fixture.call('GET', `${app.base}/users/ana`, { token: app.token })).status).toBe(200);
    expect((await fixture.call('GET', `${app.base}/users/ana`, { token: null })).status).toBe(401);
  });
});

describe('posts at once', () => {
  it('about the same tokens and pushes are all kept, while the devices register again', async () => {
    const users = Array.from({ length: 20 }, (_, index) => `u${index}`);
    const scene = await sent('honor', { users });
    const codes = [40000002, 40000004, 40000005, 40000007];
    const posts = Array.from({ length: 50 }, (_, index) => {
      const order = index % 2 === 0 ? users : users.toReversed();
      const statuses = order.map((user) => ({
        token: scene.tokenOf(user),
        biTag: scene.jobId,
        status: codes[index % codes.length],
        timestamp: scene.later - index,
      }));
      return json({ statuses });
    });
    const answers = await Promise.all([
      ...posts.map(async (one) => await post(scene, one)),
      ...users.map(
        async (user) =>
          await fixture.call('PUT', `${scene.app.base}/users/${user}/devices/d1`, {
            body: { credential: 'phones', token: scene.tokenOf(user) },
            token: scene.app.token,
          }),
      ),
    ]);
    expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
    for (const user of users) expect(await receiptsOf(scene, user)).toHaveLength(posts.length);
  });
});

describe('what operators see', () => {
  async function count(metric: string, labels: string): Promise<number> {
    const { text } = await fixture.call('GET', '/metrics', { token: null });
    const line = text.split('\n').find((one) => one.startsWith(`${metric}{`) && one.includes(labels));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  it.each<[string, string, (scene: Sent) => Promise<unknown>]>([
    ['offpush_receipt_posts_total', 'vendor="honor",result="read"', async (s) => await post(s, honor(s, 40000002))],
    ['offpush_receipt_posts_total', 'vendor="honor",result="malformed"', async (s) => await post(s, { raw: '' })],
    [
      'offpush_receipt_posts_total',
      'vendor="honor",result="unauthorized"',
      async (s) => await post(s, json({ statuses: [{ token: 't', status: 1, appid: 'another' }] })),
    ],
    [
      'offpush_receipt_posts_total',
      'vendor="oppo",result="unknown"',
      async ({ path }) => await post({ path: path.replace('honor', 'oppo') }, { raw: '' }),
    ],
    ['offpush_receipts_total', 'vendor="honor",state="delivered"', async (s) => await post(s, honor(s, 40000002))],
    ['offpush_receipts_total', 'vendor="honor",state="muted"', async (s) => await post(s, honor(s, 40000006))],
  ])('is counted: %s{%s}', async (metric, labels, act) => {
    const scene = await sent('honor');
    const before = await count(metric, labels);
    await act(scene);
    expect(await count(metric, labels)).toBe(before + 1);
  });

  it('is neither a key, nor a token, nor what was posted', async () => {
    fixture.logs.length = 0;
    const scene = await sent('honor');
    const key = scene.path.split('/').at(-1) ?? '';
    await post(scene, honor(scene, 40000004));
    await post(scene, { raw: `{"statuses":5,"note":"as posted"}` });
    await post({ path: scene.path.replace('honor', 'oppo') }, honor(scene, 40000004));
    await fixture.call('GET', scene.path, { token: null });
    const { text } = await fixture.call('GET', '/metrics', { token: null });
    const log = fixture.logs.join('');
    expect(log).toContain('/receipts/:vendor/:key');
    for (const secret of [key, scene.tokenOf('ana'), 'req-7731', 'as posted', 'confidential']) {
      expect(log + text).not.toContain(secret);
    }
  });
});
