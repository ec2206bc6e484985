import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_RECEIVERS, MESSAGES_QUEUE, RECEIVERS_PER_PAGE, type MessagesJob } from '#libs/contracts';
import { openSql, SendStore, type Sql } from '#libs/database';
import { JobQueue, openQueueBackend, type QueueBackend } from '#libs/queue';
import {
  at,
  decideMessage,
  putApnsCredential,
  START,
  startFixture,
  type Answer,
  type Fixture,
} from './settings-api.support.ts';

let fixture: Fixture;
let sql: Sql;
let backend: QueueBackend;
let queue: JobQueue<MessagesJob>;
beforeAll(async () => {
  fixture = await startFixture();
  sql = openSql(fixture.database.url);
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, QUEUE_PREFIX: prefix } = fixture.environment;
  backend = await openQueueBackend({ redisUrl, databaseUrl, prefix });
  queue = new JobQueue<MessagesJob>(backend, MESSAGES_QUEUE);
  await putApnsCredential(fixture, fixture.app, 'ios');
  await fixture.call('PUT', '/org1/app1/users/u1/devices/d1', { body: { credential: 'ios', token: 'tok1' } });
});
afterAll(async () => {
  await queue.close();
  await backend.close();
  await sql.close();
  await fixture.close();
});

const PATH = '/org1/app1/push/messages';
let messages = 0;

function event(more: Record<string, unknown> = {}): Record<string, unknown> {
  messages += 1;
  return {
    id: `m-${messages}`,
    chatType: 'user',
    sender: { username: 'u2', nickname: 'Bo' },
    receivers: ['u1'],
    text: 'hello there',
    ...more,
  };
}

async function submit(body: unknown): Promise<Answer> {
  return await fixture.call('POST', PATH, { body });
}

async function countMessages(): Promise<number> {
  const [row] = await sql.run<{ count: number }>({ name: 'count', text: 'SELECT count(*)::int FROM messages' }, []);
  return row?.count ?? -1;
}

async function decide(id: string, pages?: number): Promise<void> {
  await decideMessage(sql, fixture.app.id, id, { now: START, pages });
}

describe('POST push/messages', () => {
  it('accepts an event: it is stored and queued', async () => {
    const body = event();
    const { status, body: answer } = await submit(body);
    expect(status).toBe(202);
    expect(answer).toMatchObject({
      action: 'post',
      uri: `${fixture.api.url}${PATH}`,
      data: { id: body['id'], accepted: true },
    });
    expect(at((await fixture.call('GET', `${PATH}/${String(body['id'])}`)).body, 'data')).toEqual({
      id: body['id'],
      state: 'accepted',
      acceptedAt: START,
      receiverCount: 1,
      receivers: [],
    });
    expect((await queue.counts()).waiting).toBeGreaterThan(0);
  });

  it('says of an id that it knows it, and does nothing', async () => {
    const body = event();
    await submit(body);
    const before = await countMessages();
    const { status, body: answer } = await submit({ ...body, receivers: ['u1', 'u9'] });
    expect(status).toBe(200);
    expect(answer['data']).toEqual({ id: body['id'], accepted: false });
    expect(await countMessages()).toBe(before);
  });

  it('accepts one of many equal submissions at once', async () => {
    const body = event();
    const answers = await Promise.all(Array.from({ length: 20 }, async () => await submit(body)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
  });

  it('makes an id where the event has none', async () => {
    const { body } = await submit(event({ id: undefined }));
    const id = at(body, 'data', 'id');
    expect(id).toMatch(/^018bcfe5-6800-7/);
    expect((await fixture.call('GET', `${PATH}/${String(id)}`)).status).toBe(200);
  });

  it.each(['a/b?c#d%', '~!@$&*()', 'x'.repeat(128), 'dry-run'])('takes the id %s', async (id) => {
    expect((await submit(event({ id }))).status).toBe(202);
    expect(at((await fixture.call('GET', `${PATH}/${encodeURIComponent(id)}`)).body, 'data', 'id')).toBe(id);
  });

  it.each([
    ['id', { id: 'a b' }],
    ['id', { id: '' }],
    ['id', { id: 5 }],
    ['chatType', { chatType: 'party' }],
    ['chatType', { chatType: undefined }],
    ['sender', { sender: 'u2' }],
    ['sender.username', { sender: { username: '' } }],
    ['sender.colour', { sender: { username: 'u2', colour: 'red' } }],
    ['receivers', { receivers: [] }],
    ['receivers', { receivers: 'u1' }],
    ['receivers', { receivers: Array.from({ length: 10_001 }, (_, index) => `r${index}`) }],
    ['receivers.1', { receivers: ['u1', 'a/b'] }],
    ['conversation', { chatType: 'chatgroup' }],
    ['text', { text: 'x'.repeat(8_193) }],
    ['text', { text: 'a\0b' }],
    ['ext', { ext: { a: '\ud800' } }],
    ['ext', { ext: { a: 'x'.repeat(20_000) } }],
    ['lifetimeMs', { lifetimeMs: 604_800_001 }],
    ['sentAt', { sentAt: -1 }],
    ['offlinePushInfo.PushFlag', { offlinePushInfo: { PushFlag: 2 } }],
    ['colour', { colour: 'red' }],
  ])('refuses a bad %s and stores nothing', async (field, more) => {
    const before = await countMessages();
    const { status, body } = await submit(event(more));
    expect(status).toBe(400);
    expect(body['error_description']).toBe(`parameters is invalid : ${field}`);
    expect(await countMessages()).toBe(before);
  });

  it('takes 10,000 receivers in a body of nearly 1 MiB', async () => {
    const receivers = Array.from({ length: 10_000 }, (_, index) => `receiver-${index}-`.padEnd(100, 'x'));
    const body = event({ chatType: 'chatgroup', conversation: 'g1', receivers });
    expect((await submit(body)).status).toBe(202);
    expect((await submit({ ...body, text: 'x'.repeat(30_000) })).status).toBe(413);
  });

  it('counts new and known events', async () => {
    const { text } = await fixture.call('GET', '/metrics');
    expect(text).toMatch(/^offpush_messages_accepted_total\{.*result="new"/m);
    expect(text).toMatch(/^offpush_messages_accepted_total\{.*result="duplicate"/m);
  });
});

describe('GET push/messages/{id}', () => {
  it('tells the decision, then the outcome', async () => {
    const id = String(event()['id']);
    await submit(event({ id }));
    await decide(id);
    const decided = at((await fixture.call('GET', `${PATH}/${id}`)).body, 'data');
    expect(decided).toMatchObject({
      state: 'sending',
      receivers: [
        {
          receiver: 'u1',
          decision: 'send',
          decidedAt: START + 1,
          devices: [{ deviceId: 'd1', credential: 'ios', vendor: 'apns', outcome: 'pending', attempts: 0 }],
        },
      ],
    });

    const sends = new SendStore(sql);
    const [batch] = await sql.run<{ id: number }>(
      { name: 'last', text: 'SELECT id FROM send_batches ORDER BY id DESC LIMIT 1' },
      [],
    );
    const claimant = '00000000-0000-4000-8000-000000000001';
    const claim = await sends.claim(
      batch?.id ?? 0,
      claimant,
      START,
      START + 1_000,
      async () => await Promise.resolve([]),
    );
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    const records = [
      {
        state: 'rejected' as const,
        attempts: 1,
        code: 'BadTopic',
        vendorId: null,
        answeredAt: START + 2,
        nextAttemptAt: null,
        maybeDelivered: false,
      },
    ];
    const jobs = claim.jobs.map(({ id: job }) => ({ id: job, records, payloadHash: 'abc' }));
    await sends.record(claimant, jobs, [{ id: batch?.id ?? 0, kind: 'closed' }], [], START);
    expect(at((await fixture.call('GET', `${PATH}/${id}`)).body, 'data')).toMatchObject({
      state: 'done',
      receivers: [{ devices: [{ outcome: 'rejected', code: 'BadTopic', payloadHash: 'abc', answeredAt: START + 2 }] }],
    });
  });

  describe('of many receivers', () => {
    const receivers = Array.from({ length: RECEIVERS_PER_PAGE + 600 }, (_, index) => `r${index}`);
    let path: string;
    beforeAll(async () => {
      const id = String(event()['id']);
      path = `${PATH}/${id}`;
      await submit(event({ id, chatType: 'chatgroup', conversation: 'g1', receivers }));
      await decide(id);
    });

    async function shown(query: string): Promise<{ names: string[]; cursor: string | undefined }> {
      const { body } = await fixture.call('GET', `${path}?${query}`);
      const names = (at(body, 'data', 'receivers') as { receiver: string }[]).map(({ receiver }) => receiver);
      return { names, cursor: body['cursor'] as string | undefined };
    }

    it.each([
      ['1,000 when no limit is named', '_v=1', 0, 1_000],
      ['one', 'limit=1', 0, 1],
      ['as many as asked for', 'limit=1234', 0, 1_234],
      ['a whole page', `limit=${RECEIVERS_PER_PAGE}`, 0, RECEIVERS_PER_PAGE],
      ['one more than a page', `limit=${RECEIVERS_PER_PAGE + 1}`, 0, RECEIVERS_PER_PAGE + 1],
      ['all that there are', `limit=${MAX_RECEIVERS}`, 0, receivers.length],
    ])('shows %s', async (_which, query, from, to) => {
      const { names, cursor } = await shown(query);
      expect(names).toEqual(receivers.slice(from, to));
      expect(cursor === undefined).toBe(to === receivers.length);
    });

    it.each([700, 999, 1_000, 4_999, 5_000, 5_001])(
      'goes through all by cursor, %d at a time, each once',
      async (limit) => {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await shown(`limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`);
          expect(page.names).toHaveLength(Math.min(limit, receivers.length - seen.length));
          seen.push(...page.names);
          cursor = page.cursor;
        } while (cursor !== undefined);
        expect(seen).toEqual(receivers);
      },
    );

    it('ends where the limit ends at the last', async () => {
      const { cursor } = await shown('limit=5000');
      expect(await shown(`cursor=${String(cursor)}&limit=600`)).toEqual({
        names: receivers.slice(RECEIVERS_PER_PAGE),
        cursor: undefined,
      });
    });

    it('tells of receivers behind the last: none', async () => {
      expect(await shown('cursor=10000&limit=10000')).toEqual({ names: [], cursor: undefined });
    });

    it('tells the state of the whole, whichever part it shows', async () => {
      const { body } = await fixture.call('GET', `${path}?cursor=5001&limit=1`);
      expect(body['data']).toMatchObject({ state: 'done', receiverCount: receivers.length });
    });
  });

  it('leaves out who is not decided yet, and goes on behind them', async () => {
    const receivers = Array.from({ length: RECEIVERS_PER_PAGE + 2 }, (_, index) => `r${index}`);
    const id = String(event()['id']);
    await submit(event({ id, receivers }));
    await decide(id, 1);
    const { body } = await fixture.call('GET', `${PATH}/${id}?cursor=4999&limit=2`);
    expect(at(body, 'data')).toMatchObject({ state: 'deciding', receivers: [{ receiver: 'r4999' }] });
    const rest = await fixture.call('GET', `${PATH}/${id}?cursor=${String(body['cursor'])}`);
    expect(at(rest.body, 'data')).toMatchObject({ state: 'deciding', receivers: [] });
    expect(rest.body['cursor']).toBeUndefined();
  });

  it('is sending until the pushes of all parts are through, whichever part it shows', async () => {
    const receivers = [...Array.from({ length: RECEIVERS_PER_PAGE }, (_, index) => `r${index}`), 'u1'];
    const id = String(event()['id']);
    await submit(event({ id, receivers }));
    await decide(id);
    const { body } = await fixture.call('GET', `${PATH}/${id}?limit=1`);
    expect(at(body, 'data')).toMatchObject({
      state: 'sending',
      receivers: [{ receiver: 'r0', reason: 'unknown_user' }],
    });
  });

  it('is deciding while pages are open', async () => {
    const receivers = Array.from({ length: RECEIVERS_PER_PAGE + 1 }, (_, index) => `r${index}`);
    const id = String(event()['id']);
    await submit(event({ id, receivers }));
    await decide(id, 1);
    expect(at((await fixture.call('GET', `${PATH}/${id}`)).body, 'data', 'state')).toBe('deciding');
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=x'],
    ['limit', 'limit=10001'],
    ['cursor', 'cursor=-1'],
    ['cursor', 'cursor=1&cursor=2'],
  ])('refuses a bad %s', async (field, query) => {
    const { status, body } = await fixture.call('GET', `${PATH}/m-1?${query}`);
    expect(status).toBe(400);
    expect(body['error_description']).toBe(`parameters is invalid : ${field}`);
  });

  it('tells an unknown message', async () => {
    const { status, body } = await fixture.call('GET', `${PATH}/nosuch`);
    expect(status).toBe(404);
    expect(body['error_description']).toBe('Service resource not found : message nosuch');
  });

  it('says of a device with several tokens which one was chosen, and why', async () => {
    const two = { credential: 'ios2', token: 'tok2' };
    await putApnsCredential(fixture, fixture.app, 'ios2');
    await fixture.call('PUT', '/org1/app1/users/chooser');
    await fixture.call('PUT', '/org1/app1/users/chooser/devices/d1', {
      body: { tokens: [{ credential: 'ios', token: 'tok3' }, two] },
    });
    const body = event({ receivers: ['chooser'] });
    await submit(body);
    await decide(String(body['id']));
    const reason = { preference: 'fcm-first', because: 'region' };
    const devices = [
      { deviceId: 'd1', decision: 'send', credential: 'ios', outcome: 'pending', facts: reason },
      { deviceId: 'd1', decision: 'suppress', reason: 'other_channel', facts: { chosen: 'ios', ...reason } },
    ];
    const told = await fixture.call('GET', `${PATH}/${String(body['id'])}`);
    expect(at(told.body, 'data', 'receivers', 0)).toMatchObject({ decision: 'send', devices });
    const tried = await fixture.call('POST', `${PATH}/dry-run`, { body });
    expect(at(tried.body, 'data', 'receivers', 0)).toMatchObject({
      devices: devices.map((device) => ({ ...device, outcome: null })),
    });
  });

  it('shows neither text nor tokens, and neither do the logs', async () => {
    fixture.logs.length = 0;
    const id = String(event()['id']);
    const answers = [await submit(event({ id })), await fixture.call('POST', `${PATH}/dry-run`, { body: event() })];
    await decide(id);
    answers.push(await fixture.call('GET', `${PATH}/${id}`));
    for (const { text } of answers) expect(text).not.toMatch(/hello there|tok1/);
    expect(fixture.logs.join('')).not.toMatch(/hello there|tok1/);
  });
});

describe('POST push/messages/dry-run', () => {
  it('explains as the real thing would be, and stores nothing', async () => {
    const body = event();
    const before = [await countMessages(), await queue.counts()];
    const { status, body: answer } = await fixture.call('POST', `${PATH}/dry-run`, { body });
    expect(status).toBe(200);
    const told = at(answer, 'data');
    expect(told).toMatchObject({ id: body['id'], state: 'dry_run', acceptedAt: START, receiverCount: 1 });
    expect([await countMessages(), await queue.counts()]).toEqual(before);
    expect((await fixture.call('GET', `${PATH}/${String(body['id'])}`)).status).toBe(404);

    await submit(body);
    await decide(String(body['id']));
    const real = at((await fixture.call('GET', `${PATH}/${String(body['id'])}`)).body, 'data', 'receivers', 0);
    expect(at(told, 'receivers', 0)).toEqual({
      ...(real as object),
      decidedAt: START,
      devices: [
        {
          ...(at(real, 'devices', 0) as object),
          outcome: null,
          class: 'default',
          payloadHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
    });
  });

  it('says why nothing would be sent', async () => {
    const body = event({ receivers: ['u1', 'nobody', 'u2'], silent: true });
    const { body: answer } = await fixture.call('POST', `${PATH}/dry-run`, { body });
    expect(at(answer, 'data', 'receivers', 0)).toMatchObject({ decision: 'suppress', reason: 'silent_message' });
  });

  it('takes as many receivers as the real thing', async () => {
    const receivers = Array.from({ length: 10_000 }, (_, index) => `r${index}`);
    const { body } = await fixture.call('POST', `${PATH}/dry-run`, { body: event({ receivers }) });
    expect(at(body, 'data', 'receivers')).toHaveLength(10_000);
  });

  it('refuses what the real thing refuses', async () => {
    const { status, body } = await fixture.call('POST', `${PATH}/dry-run`, { body: event({ colour: 'red' }) });
    expect(status).toBe(400);
    expect(body['error_description']).toBe('parameters is invalid : colour');
  });
});
