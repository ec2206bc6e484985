import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { START_MS, control, openSession, startTestSimulator } from './harness.ts';
import { type ReceiptInbox, openInbox } from './receipt-inbox.ts';
import { APP_ID, PUBLIC, dataOf, letterTo, registerApp, sendLetters, sendRegids } from './xiaomi-harness.ts';

let simulator: Simulator;
let session: ClientHttp2Session;
let inbox: ReceiptInbox;

beforeEach(async () => {
  simulator = await startTestSimulator();
  registerApp(simulator);
  session = await openSession(simulator.urls.xiaomi, simulator.caPem);
  inbox = await openInbox();
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
  await inbox.close();
});

function wanted(types?: number): Record<string, string> {
  return {
    'extra.callback': `${inbox.url}/rcpt`,
    'extra.callback.param': 'm-7f3a',
    ...(types === undefined ? {} : { 'extra.callback.type': String(types) }),
  };
}

/** Entries of the first so many posts, as [message id, entry], in order of their targets. */
async function entries(posts: number): Promise<[string, Record<string, unknown>][]> {
  const received = await inbox.received(posts);
  return received
    .flatMap(({ body }) => {
      const data = new URLSearchParams(body).get('data') ?? '';
      return Object.entries(JSON.parse(data) as Record<string, Record<string, unknown>>);
    })
    .sort(([, a], [, b]) => String(a['targets']).localeCompare(String(b['targets'])));
}

describe('receipts', () => {
  it('tell of a delivery in a form, by message id', async () => {
    const { id } = dataOf(await sendRegids(session, { ...wanted(1171), 'extra.jobkey': 'j1' }));
    expect(await entries(1)).toEqual([
      [id, { param: 'm-7f3a', type: 1, targets: 'tokA', jobKey: 'j1', barStatus: 'Enable', timestamp: START_MS }],
    ]);
    expect(inbox.posts[0]).toMatchObject({
      path: '/rcpt',
      headers: { 'content-type': expect.stringContaining('x-www-form-urlencoded') },
    });
  });

  it('name the targets of a message together', async () => {
    const tokens = Array.from({ length: 1000 }, (_, index) => `tok${index}`).join(',');
    const { id } = dataOf(await sendRegids(session, { ...wanted(), registration_id: tokens }));
    expect(await entries(1)).toMatchObject([[id, { targets: tokens, type: 1 }]]);
  });

  it('of messages of their own for each target are together too', async () => {
    const extra = { callback: `${inbox.url}/rcpt` };
    const answer = await sendLetters(session, [letterTo('tokA', {}, extra), letterTo('tokB', {}, extra)]);
    expect(await entries(1)).toMatchObject([[dataOf(answer)['id'], { targets: 'tokA,tokB', type: 1 }]]);
  });

  it('tell of each target what became of it, one type of a message to a post', async () => {
    await control(simulator, 'PUT', '/tokens/xiaomi/tokB', { appId: APP_ID, pushOff: true });
    await control(simulator, 'POST', '/tokens/xiaomi/tokC/kill', { reason: '16' });
    await sendRegids(session, { ...wanted(1267), registration_id: 'tokA,tokB,tokC,tokD' });
    const types = (await entries(3)).map(([, { targets, type, barStatus }]) => [targets, type, barStatus]);
    expect(types).toEqual([
      ['tokA,tokD', 1, 'Enable'],
      ['tokB', 32, 'Disable'],
      ['tokC', 16, 'Enable'],
    ]);
  });

  it('tell of a message beyond the number of its device', async () => {
    const channels = [{ id: PUBLIC, class: 'public', devicePerDay: 0 }];
    registerApp(simulator, { channels });
    await sendRegids(session, { ...wanted(64), 'extra.channel_id': PUBLIC });
    expect(await entries(1)).toMatchObject([[expect.any(String), { type: 64 }]]);
  });

  it('tell of messages that the quota dropped, with its numbers', async () => {
    registerApp(simulator, { channels: [{ id: PUBLIC, class: 'public', dailyQuota: 1 }] });
    const extra = { channel_id: PUBLIC, callback: `${inbox.url}/rcpt`, 'callback.type': '128' };
    const answer = await sendLetters(session, [letterTo('tokA', {}, extra), letterTo('tokB', {}, extra)]);
    expect(dataOf(answer)['channel_exceed_quota']).toBe('news_public:1');
    expect(await entries(1)).toMatchObject([
      [dataOf(answer)['id'], { type: 128, targets: 'tokB', extra: { ack: '1', quota: '1' } }],
    ]);
  });

  it('are those of a plan', async () => {
    await control(simulator, 'PUT', '/receipts/xiaomi', { codes: ['1', '2'] });
    await control(simulator, 'PUT', '/receipts/xiaomi', { codes: ['1024'], tokens: ['tokB'] });
    await sendRegids(session, { ...wanted(1171), registration_id: 'tokA,tokB' });
    expect((await entries(3)).map(([, { targets, type }]) => [targets, type])).toEqual([
      ['tokA', 1],
      ['tokA', 2],
      ['tokB', 1024],
    ]);
  });

  it('have the numbers of the quota where a plan says that it was over', async () => {
    await control(simulator, 'PUT', '/receipts/xiaomi', { codes: ['128'] });
    await sendRegids(session, wanted(128));
    expect(await entries(1)).toMatchObject([
      [expect.any(String), { type: 128, extra: { ack: expect.any(String), quota: expect.any(String) } }],
    ]);
  });

  it('come of the types that were asked for, by default of deliveries and clicks', async () => {
    await control(simulator, 'POST', '/tokens/xiaomi/tokB/kill', { reason: '16' });
    await sendRegids(session, { registration_id: 'tokB' });
    await sendRegids(session, { ...wanted(), registration_id: 'tokB' });
    await sendRegids(session, { ...wanted(2), registration_id: 'tokC' });
    await control(simulator, 'PUT', '/receipts/xiaomi', { codes: ['2'], tokens: ['tokD'] });
    await sendRegids(session, { ...wanted(1), registration_id: 'tokD' });
    await sendRegids(session, { ...wanted(17), registration_id: 'tokA' });
    expect((await entries(1)).map(([, { targets, type }]) => [targets, type])).toEqual([['tokA', 1]]);
    expect(inbox.posts).toHaveLength(1);
  });

  it('are not planned with a code that there is not', async () => {
    expect((await control(simulator, 'PUT', '/receipts/xiaomi', { codes: ['3'] })).status).toBe(400);
  });
});
