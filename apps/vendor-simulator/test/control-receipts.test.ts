import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { control, openSession, startTestSimulator } from './harness.ts';
import { messageOf, push, registerApp } from './meizu-harness.ts';
import { type ReceiptInbox, openInbox } from './receipt-inbox.ts';

let simulator: Simulator;
let session: ClientHttp2Session;
let inbox: ReceiptInbox;

beforeEach(async () => {
  simulator = await startTestSimulator();
  session = await openSession(simulator.urls.meizu, simulator.caPem);
  inbox = await openInbox();
  registerApp(simulator, { receiptUrls: [inbox.url] });
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
  await inbox.close();
});

async function plan(body: unknown): Promise<number> {
  return (await control(simulator, 'PUT', '/receipts/meizu', body)).status;
}

/** Types of the receipts of the first post, by token. */
async function typesOf(pushIds: string): Promise<Record<string, number[]>> {
  const messageJson = JSON.stringify(messageOf({ extra: { callback: inbox.url } }));
  await push(session, { pushIds, messageJson });
  const [first] = await inbox.received(1);
  const entries = JSON.parse(new URLSearchParams(first?.body).get('cb') ?? '') as Record<
    string,
    { type: number; targets: string[] }
  >;
  const types: Record<string, number[]> = {};
  for (const { type, targets } of Object.values(entries)) {
    for (const token of targets) (types[token] ??= []).push(type);
  }
  return types;
}

describe('PUT /receipts/{vendor}', () => {
  it('plans for all tokens', async () => {
    expect(await plan({ codes: ['1', '2'] })).toBe(200);
    expect(await typesOf('RA1,RA2')).toEqual({ RA1: [1, 2], RA2: [1, 2] });
  });

  it('plans for some tokens, over what is planned for all', async () => {
    expect(await plan({ codes: ['2'], tokens: ['RA1'] })).toBe(200);
    expect(await plan({ codes: [], tokens: ['RA2'] })).toBe(200);
    expect(await typesOf('RA1,RA2,RA3')).toEqual({ RA1: [2], RA3: [1] });
  });

  it.each<[string, unknown]>([
    ['no codes', {}],
    ['a code that the vendor lacks', { codes: ['16'] }],
    ['a number for a code', { codes: [1] }],
    ['no tokens in a list', { codes: [], tokens: [] }],
    ['another field', { codes: [], token: 'RA1' }],
  ])('refuses %s', async (_, body) => {
    expect(await plan(body)).toBe(400);
    expect(await typesOf('RA1')).toEqual({ RA1: [1] });
  });

  it('has no codes for a vendor without receipts', async () => {
    expect((await control(simulator, 'PUT', '/receipts/apns', { codes: ['1'] })).status).toBe(400);
    expect((await control(simulator, 'PUT', '/receipts/apns', { codes: [] })).status).toBe(200);
  });

  it.each(['PUT', 'DELETE'])('and its opposite know no other vendors: %s', async (method) => {
    expect((await control(simulator, method, '/receipts/nokia', { codes: [] })).status).toBe(404);
  });
});

describe('a plan is forgotten', () => {
  beforeEach(async () => {
    await plan({ codes: ['2'] });
    await plan({ codes: [], tokens: ['RA1'] });
  });

  it.each(['/receipts/meizu', '/everything'])('with DELETE %s', async (path) => {
    expect((await control(simulator, 'DELETE', path)).json).toEqual({ ok: true });
    registerApp(simulator, { receiptUrls: [inbox.url] });
    expect(await typesOf('RA1,RA2')).toEqual({ RA1: [1], RA2: [1] });
  });

  it('only for its own vendor', async () => {
    await control(simulator, 'DELETE', '/receipts/xiaomi');
    expect(await typesOf('RA1,RA2')).toEqual({ RA2: [2] });
  });
});
