import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { control, jsonOf, openSession, startTestSimulator } from './harness.ts';
import { TASK, TASK_PUSH, formOf, messageOf, postForm, push, registerApp, signed } from './meizu-harness.ts';
import { type ReceiptInbox, openInbox } from './receipt-inbox.ts';

let simulator: Simulator;
let session: ClientHttp2Session;
let inbox: ReceiptInbox;

beforeEach(async () => {
  simulator = await startTestSimulator();
  session = await openSession(simulator.urls.meizu, simulator.caPem);
  inbox = await openInbox();
  registerApp(simulator, { receiptUrls: [`${inbox.url}/rcpt`], receiptToken: 'rt-1' });
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
  await inbox.close();
});

/** Sends with a callback; returns the message's id. */
async function send(pushIds: string, extra: Record<string, unknown> = {}): Promise<string> {
  const message = messageOf({ extra: { callback: `${inbox.url}/rcpt`, ...extra } });
  return String(jsonOf(await push(session, { pushIds, messageJson: JSON.stringify(message) }))['msgId']);
}

/** The form of the first post. */
async function firstPost(): Promise<{ cb: unknown; token: string | null }> {
  const [first] = await inbox.received(1);
  const form = new URLSearchParams(first?.body);
  return { cb: JSON.parse(form.get('cb') ?? ''), token: form.get('access_token') };
}

describe('receipts', () => {
  it('tell of deliveries in a form, by message id and type', async () => {
    await control(simulator, 'POST', '/tokens/meizu/RA222/kill');
    const id = await send('RA111,RA222,RA333', { 'callback.param': 'm-7f3a', 'callback.type': 3 });
    expect(await firstPost()).toEqual({
      cb: { [`${id}-1`]: { param: 'm-7f3a', type: 1, targets: ['RA111', 'RA333'] } },
      token: 'rt-1',
    });
    expect(inbox.posts[0]).toMatchObject({
      path: '/rcpt',
      headers: { 'content-type': expect.stringContaining('x-www-form-urlencoded') },
    });
  });

  it('tell of clicks too when they are planned', async () => {
    await control(simulator, 'PUT', '/receipts/meizu', { codes: ['1', '2'], tokens: ['RA111'] });
    const id = await send('RA111,RA222');
    expect((await firstPost()).cb).toEqual({
      [`${id}-1`]: { type: 1, targets: ['RA111', 'RA222'] },
      [`${id}-2`]: { type: 2, targets: ['RA111'] },
    });
  });

  it('come of the types that were asked for', async () => {
    await control(simulator, 'PUT', '/receipts/meizu', { codes: ['1', '2'], tokens: ['RA222'] });
    await send('RA111', { 'callback.type': 2 });
    const id = await send('RA222', { 'callback.type': 2 });
    expect((await firstPost()).cb).toEqual({ [`${id}-2`]: { type: 2, targets: ['RA222'] } });
    expect(inbox.posts).toHaveLength(1);
  });

  it('are not sent of tasks, nor without a callback', async () => {
    const messageJson = JSON.stringify(messageOf({ extra: { callback: `${inbox.url}/rcpt` } }));
    const form = signed(formOf({ pushIds: undefined, pushType: '0', messageJson }));
    const { taskId } = jsonOf(await postForm(session, TASK, form))['value'] as { taskId: number };
    const taskForm = signed(formOf({ messageJson: undefined, taskId: String(taskId) }));
    expect(jsonOf(await postForm(session, TASK_PUSH, taskForm))['code']).toBe('200');
    await push(session);
    const id = await send('RA222');
    expect((await firstPost()).cb).toEqual({ [`${id}-1`]: { type: 1, targets: ['RA222'] } });
    expect(inbox.posts).toHaveLength(1);
  });

  it('are not planned with a code that there is not', async () => {
    expect((await control(simulator, 'PUT', '/receipts/meizu', { codes: ['3'] })).status).toBe(400);
  });
});
