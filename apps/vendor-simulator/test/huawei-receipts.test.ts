import { createHmac } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import {
  type HttpAnswer,
  START_MS,
  type TestClock,
  control,
  jsonOf,
  openSession,
  startTestSimulator,
} from './harness.ts';
import {
  CLIENT_ID,
  OTHER_TOKEN,
  PROJECT_ID,
  TOKEN,
  bodyV1,
  bodyV3,
  registerApp,
  send,
  serviceJwt,
} from './huawei-harness.ts';
import { type ReceiptInbox, openInbox } from './receipt-inbox.ts';

const SECRET = Buffer.from('a secret of the console').toString('base64');

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;
let inbox: ReceiptInbox;
let jwt: string;

beforeEach(async () => {
  simulator = await startTestSimulator();
  inbox = await openInbox();
  session = await openSession(simulator.urls.huawei, simulator.caPem);
  jwt = await serviceJwt();
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
  await inbox.close();
});

function configure(receipt: object = {}, app: object = {}): void {
  registerApp(simulator, { receipts: [{ url: inbox.url, ...receipt }], ...app });
}

/** The items of the n-th post. */
async function statuses(index = 0): Promise<Record<string, unknown>[]> {
  const body = (await inbox.received(index + 1))[index]?.body ?? '';
  return (JSON.parse(body) as { statuses: Record<string, unknown>[] }).statuses;
}

async function sendV1(body: object): Promise<HttpAnswer> {
  return await send(session, jwt, body);
}

describe("Huawei's receipts", () => {
  it('of v1 come in the older form, unsigned without user name and secret', async () => {
    configure();
    const { requestId } = jsonOf(await sendV1(bodyV1({ bi_tag: 'm-20931' })));
    expect(await statuses()).toEqual([
      { biTag: 'm-20931', appid: CLIENT_ID, token: TOKEN, status: 0, timestamp: START_MS, requestId },
    ]);
    const headers = inbox.posts[0]?.headers ?? {};
    expect(headers['content-type']).toContain('application/json');
    expect(headers['x-huawei-callback-id']).toBeUndefined();
  });

  it('of v3 come in the newer form', async () => {
    configure();
    const path = `/v3/${PROJECT_ID}/messages:send`;
    const answer = await send(session, jwt, bodyV3({}, { biTag: 'm-20931' }), path, { 'push-type': '0' });
    const { requestId } = jsonOf(answer);
    expect(await statuses()).toEqual([
      {
        token: TOKEN,
        appPackageName: 'com.demo.chat',
        pushType: 0,
        biTag: 'm-20931',
        requestId,
        deliveryStatus: { result: 0, timestamp: START_MS },
      },
    ]);
  });

  it('come in the form that the configuration asks for', async () => {
    configure({ items: 'v2' });
    await sendV1(bodyV1());
    expect(await statuses()).toMatchObject([{ deliveryStatus: { result: 0 } }]);
  });

  it.each<['text' | 'base64', Buffer]>([
    ['text', Buffer.from(SECRET, 'utf8')],
    ['base64', Buffer.from(SECRET, 'base64')],
  ])('are signed with the secret as %s', async (keyMode, key) => {
    configure({ userName: 'receiver', secret: SECRET, keyMode });
    await sendV1(bodyV1());
    const header = String((await inbox.received(1))[0]?.headers['x-huawei-callback-id']);
    const [, timestamp = '', nonce = '', value] =
      /^timestamp=(\d+); nonce=([0-9a-f-]{36}); value=(\S+)$/.exec(header) ?? [];
    expect(timestamp).toBe(String(START_MS));
    expect(value).toBe(createHmac('sha256', key).update(`${timestamp}${nonce}receiver`).digest('base64'));
  });

  it('go to the configuration that the message names', async () => {
    const other = await openInbox();
    registerApp(simulator, { receipts: [{ url: other.url }, { id: 'rc-1', url: inbox.url }] });
    await sendV1(bodyV1({ receipt_id: 'rc-1' }));
    expect(await statuses()).toHaveLength(1);
    await other.close();
  });

  it('come in posts of at most a hundred', async () => {
    configure();
    const token = Array.from({ length: 101 }, (_, index) => `IQAAAACy0batch${index}`);
    await sendV1(bodyV1({}, {}, { token }));
    expect([(await statuses(0)).length, (await statuses(1)).length]).toEqual([100, 1]);
  });

  it('are those of the plan', async () => {
    configure();
    expect((await control(simulator, 'PUT', '/receipts/huawei', { codes: ['27', '0'], tokens: [TOKEN] })).status).toBe(
      200,
    );
    await sendV1(bodyV1({}, {}, { token: [TOKEN, OTHER_TOKEN] }));
    expect((await statuses()).map(({ token, status }) => [token, status])).toEqual([
      [TOKEN, 27],
      [TOKEN, 0],
      [OTHER_TOKEN, 0],
    ]);
  });

  it.each<[string, number, object, object]>([
    ['switched off notifications', 6, { muted: true }, {}],
    ['is inactive', 10, { inactive: true }, {}],
    ['does not know the profile', 144, { profileIds: ['p-1'] }, { profile_id: 'p-2' }],
  ])('tell that a device %s', async (_, status, device, notification) => {
    configure();
    await control(simulator, 'PUT', `/tokens/huawei/${TOKEN}`, { clientId: CLIENT_ID, ...device });
    await sendV1(bodyV1({}, notification));
    expect(await statuses()).toMatchObject([{ status }]);
  });

  it.each(['2', '5', '201'])('tell with %s that a token is dead', async (reason) => {
    configure();
    await control(simulator, 'POST', `/tokens/huawei/${TOKEN}/kill`, { reason });
    await sendV1(bodyV1());
    expect(await statuses()).toMatchObject([{ status: Number(reason) }]);
  });

  it.each<[string, number, object]>([
    ['marketing cap', 256, { categories: [], marketingPerDay: 0 }],
    ['device cap', 102, { devicePerDay: 0 }],
  ])('tell that the %s was reached', async (_, status, app) => {
    configure({}, app);
    await sendV1(bodyV1());
    expect(await statuses()).toMatchObject([{ status }]);
  });
});
