import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { VendorName } from '#libs/contracts';
import { uniqueName, waitFor } from '#libs/testing';
import { at, START, type Answer, type TestApp } from './settings-api.support.ts';
import { startInProcessCluster, type InProcessCluster } from './support/in-process-cluster.ts';

const HOUR = 3_600_000;
const HELLO = { strategy: 2, pushMessage: { title: 'Hello', content: 'You have won' } };

let cluster: InProcessCluster;
let app: TestApp;

beforeAll(async () => {
  cluster = await startInProcessCluster({
    VENDOR_TIMEOUT_MS: '3000',
    RECONCILE_EVERY_MS: '50',
    RETRY_BASE_MS: '600000',
  });
}, 30_000);
afterAll(async () => {
  await cluster.close();
}, 30_000);
beforeEach(async () => {
  app = await newApp();
});
afterEach(() => {
  cluster.simulator.state.faults.clear();
});

/** An app as the conformance cases have it, with accounts for FCM and APNs. */
async function newApp(policy: Record<string, unknown> = {}): Promise<TestApp> {
  const created = await cluster.createApp('org1', uniqueName('push'), { unknownUsers: 'refuse', ...policy });
  await cluster.dataSource.query(`INSERT INTO users (app_id, username) VALUES ($1, 'u1'), ($1, 'u2')`, [created.id]);
  await cluster.putCredential(created, 'cert1', 'fcm');
  await cluster.putCredential(created, 'cert2', 'apns');
  return created;
}

async function call(method: string, resource: string, body?: unknown): Promise<Answer> {
  return await cluster.call(app, method, resource, body === undefined ? {} : { body });
}

async function post(resource: string, body: unknown): Promise<unknown> {
  const { status, text, body: answer } = await call('POST', resource, body);
  expect([status, text]).toEqual([200, expect.any(String)]);
  return answer['data'];
}

async function bind(user: string, vendor: VendorName = 'fcm', device = 'd1'): Promise<string> {
  const credential = vendor === 'apns' ? 'cert2' : 'cert1';
  return await cluster.putDevice(app, { user, device, credential, vendor });
}

/** The JSON that a vendor took for a token; waits for the first. */
async function pushed(token: string): Promise<Record<string, unknown>> {
  const push = await waitFor(() => cluster.taken(token)[0], { what: 'a push' });
  return JSON.parse(push.raw) as Record<string, unknown>;
}

function shownTitle(body: Record<string, unknown>): unknown {
  return at(body, 'message', 'notification', 'title') ?? at(body, 'aps', 'alert', 'title');
}

describe('push to one user, synchronously', () => {
  it('case 50: an unknown user', async () => {
    expect(await post('push/sync/ghost', HELLO)).toEqual([{ pushStatus: 'FAIL', desc: 'appUser not exists' }]);
  });

  it('case 51: a user without binding', async () => {
    expect(await post('push/sync/u1', HELLO)).toEqual([{ pushStatus: 'FAIL', desc: 'no push binding' }]);
  });

  it('case 52: the vendor accepts', async () => {
    const token = await bind('u1');
    expect(await post('push/sync/u1', HELLO)).toEqual([
      { pushStatus: 'SUCCESS', data: { name: expect.stringMatching(/^projects\//) } },
    ]);
    expect(cluster.taken(token)).toMatchObject([{ title: 'Hello', body: 'You have won' }]);
  });

  it('case 52: the vendor refuses the token', async () => {
    await bind('u1', 'apns');
    cluster.simulator.state.faults.put('apns', [{ kind: 'status', status: 410, reason: 'Unregistered' }]);
    expect(await post('push/sync/u1', HELLO)).toMatchObject([
      { pushStatus: 'FAIL', data: { accepted: false, rejectionReason: 'Unregistered' }, desc: 'Unregistered' },
    ]);
  });

  it('case 52: the vendor does not answer', async () => {
    await bind('u1');
    cluster.simulator.state.faults.put('fcm', [{ kind: 'hang' }]);
    const [result] = (await post('push/sync/u1', HELLO)) as Record<string, unknown>[];
    expect(result).toMatchObject({ pushStatus: 'ERROR', desc: expect.stringMatching(/it is tried again$/) });
  });

  it('succeeds when one of several devices was reached', async () => {
    await bind('u1', 'apns', 'd1');
    await bind('u1', 'fcm', 'd2');
    cluster.simulator.state.faults.put('apns', [{ kind: 'status', status: 410, reason: 'Unregistered' }]);
    expect(await post('push/sync/u1', HELLO)).toMatchObject([{ pushStatus: 'SUCCESS' }]);
  });

  it('asks for no settings of the receiver, whoever has the app open', async () => {
    const token = await bind('u1');
    const settings = { type: 'NONE', ignoreInterval: '00:00-00:00', ignoreDuration: HOUR };
    await cluster.done(app, 'PUT', 'users/u1/notification/user/u1', settings);
    await cluster.done(app, 'PUT', 'users/u1/devices/d1/presence', { state: 'foreground' });
    expect(await post('push/sync/u1', HELLO)).toMatchObject([{ pushStatus: 'SUCCESS' }]);
    expect(cluster.taken(token)).toHaveLength(1);
  });

  it.each([0, 2, 3, '0', '2', '3'])('pushes through the vendors under strategy %j', async (strategy) => {
    await bind('u1');
    expect(await post('push/sync/u1', { ...HELLO, strategy })).toMatchObject([{ pushStatus: 'SUCCESS' }]);
  });

  it.each([1, 4, '1', '4'])('says that there is nothing to push through under strategy %j', async (strategy) => {
    const token = await bind('u1');
    for (const resource of ['push/sync/u1', 'push/async/u1']) {
      expect(await post(resource, { ...HELLO, strategy })).toEqual([
        { pushStatus: 'FAIL', desc: expect.stringContaining('no channel but the vendors') },
      ]);
    }
    expect(cluster.taken(token)).toEqual([]);
  });
});

describe('push to users, asynchronously', () => {
  it('answers for one as soon as the push is stored', async () => {
    const token = await bind('u1');
    expect(await post('push/async/u1', HELLO)).toEqual([{ pushStatus: 'ASYNC_SUCCESS', data: '', desc: 'success' }]);
    expect(shownTitle(await pushed(token))).toBe('Hello');
    expect(await post('push/async/ghost', HELLO)).toEqual([{ pushStatus: 'FAIL', desc: 'appUser not exists' }]);
  });

  it('case 53: several users', async () => {
    const tokens = [await bind('u1'), await bind('u2', 'apns')];
    expect(await post('push/single', { targets: ['u1', 'u2'], pushMessage: HELLO.pushMessage })).toEqual([
      { id: 'u1', pushStatus: 'ASYNC_SUCCESS', desc: 'async success.' },
      { id: 'u2', pushStatus: 'ASYNC_SUCCESS', desc: 'async success.' },
    ]);
    for (const token of tokens) expect(shownTitle(await pushed(token))).toBe('Hello');
  });

  it('answers for each target in its place, and pushes once to one named twice', async () => {
    const token = await bind('u1');
    const results = await post('push/single', { ...HELLO, targets: ['u1', 'ghost', 'u1'] });
    expect(results).toEqual([
      { id: 'u1', pushStatus: 'ASYNC_SUCCESS', desc: 'async success.' },
      { id: 'ghost', pushStatus: 'FAIL', desc: 'appUser not exists' },
      { id: 'u1', pushStatus: 'ASYNC_SUCCESS', desc: 'async success.' },
    ]);
    await pushed(token);
    expect(cluster.taken(token)).toHaveLength(1);
  });

  it('case 54: 101 targets', async () => {
    const targets = Array.from({ length: 101 }, (_, index) => `u${index}`);
    expect(await call('POST', 'push/single', { ...HELLO, targets })).toMatchObject({
      status: 400,
      body: { error: 'illegal_argument', error_description: 'parameters is invalid : targets' },
    });
  });
});

describe('what a push says', () => {
  it('has texts of its own without any', async () => {
    const token = await bind('u1', 'apns');
    await post('push/sync/u1', { pushMessage: {} });
    expect(await pushed(token)).toMatchObject({
      aps: { alert: { title: 'You have a message', body: 'Check the message' } },
    });
  });

  it('lets what is said to one vendor go before what is said to all', async () => {
    const [ios, android] = [await bind('u1', 'apns'), await bind('u2', 'fcm')];
    const pushMessage = {
      title: 'All',
      content: 'For all',
      sub_title: 'Sub',
      ext: { page: 7, where: { a: 1 } },
      config: { clickAction: { action: 'open.all' }, badge: { setNum: 4, addNum: 0 } },
      apns: { title: 'Apple', badge: 2, categoryName: 'SHOP', sound: 'a.caf', collapseId: 'c1', mutableContent: true },
      fcm: { notification: { title: 'Old' }, collapseKey: 'k1' },
      fcmV1: {
        type: 'BOTH',
        notification: { title: 'New', body: 'Newer' },
        androidConfig: { priority: 'NORMAL', ttl: '60s', androidNotification: { channelId: 'news', sound: 'b.mp3' } },
      },
      easemob: { title: 'Nobody' },
      unknown: 1,
    };
    await post('push/single', { targets: ['u1', 'u2'], pushMessage });
    const apple = await pushed(ios);
    expect(apple).toMatchObject({
      aps: {
        alert: { title: 'Apple', subtitle: 'Sub', body: 'For all' },
        badge: 2,
        sound: 'a.caf',
        category: 'SHOP',
        'mutable-content': 1,
      },
      page: '7',
      where: '{"a":1}',
    });
    expect(await pushed(android)).toMatchObject({
      message: {
        notification: { title: 'New', body: 'Newer' },
        data: { page: '7', where: '{"a":1}' },
        android: {
          priority: 'NORMAL',
          ttl: '60s',
          collapse_key: 'k1',
          notification: { channel_id: 'news', sound: 'b', click_action: 'open.all', notification_count: 4 },
        },
      },
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['33 characters of title', { title: '长'.repeat(33) }, 'pushMessage.title'],
    ['11 characters of subtitle', { subTitle: 'x'.repeat(11) }, 'pushMessage.subTitle'],
    ['101 characters of content', { content: 'x'.repeat(101) }, 'pushMessage.content'],
    ['11 keys', { ext: Object.fromEntries(Array.from({ length: 11 }, (_, key) => [key, ''])) }, 'pushMessage.ext'],
    ['1,025 characters of ext', { ext: { k: 'x'.repeat(1_017) } }, 'pushMessage.ext'],
    ['a trial run, which would be a push', { fcm: { dryRun: true } }, 'pushMessage.fcm.dryRun'],
    ['too much for one vendor', { huawei: { x: 'x'.repeat(8_192) } }, 'pushMessage.huawei'],
  ])('is refused with %s', async (_case, pushMessage, parameter) => {
    expect(await call('POST', 'push/sync/u1', { pushMessage })).toMatchObject({
      status: 400,
      body: { error: 'illegal_argument', error_description: `parameters is invalid : ${parameter}` },
    });
  });

  it('is accepted at its limits', async () => {
    const pushMessage = { title: '长'.repeat(32), subTitle: 'x'.repeat(10), content: '文'.repeat(100) };
    expect(await post('push/async/u1', { pushMessage })).toMatchObject([{ pushStatus: 'ASYNC_SUCCESS' }]);
  });

  it.each([{}, { pushMessage: 'x' }, { ...HELLO, strategy: 5 }])('is refused as %j', async (body) => {
    expect((await call('POST', 'push/sync/u1', body)).status).toBe(400);
  });
});

describe('tasks', () => {
  it('case 55: the id of a push to everybody is an integer beyond 2^53 with all its digits', async () => {
    const tokens = [await bind('u1'), await bind('u2', 'apns')];
    const { status, text } = await call('POST', 'push/task', { pushMessage: HELLO.pushMessage });
    const digits = /"data":(\d+)[,}]/.exec(text)?.[1] ?? '';
    expect(status).toBe(200);
    expect(BigInt(digits)).toBeGreaterThan(2n ** 53n);
    for (const token of tokens) expect(shownTitle(await pushed(token))).toBe('Hello');
    const receivers = await cluster.settled(app, `task-${digits}-0`);
    expect(receivers.map(({ receiver, reason }) => [receiver, reason])).toEqual([
      ['u1', 'forced'],
      ['u2', 'forced'],
    ]);
    const rows: unknown = await cluster.dataSource.query('SELECT id::text FROM push_tasks WHERE app_id = $1', [app.id]);
    expect(rows).toEqual([{ id: digits }]);
  });

  it('goes to the users of a list', async () => {
    const tokens = [await bind('u1'), await bind('u2')];
    const { text } = await call('POST', 'push/list', { ...HELLO, targets: ['u2', 'ghost', 'u2'] });
    const digits = /"data":\{"taskId":(\d+)\}/.exec(text)?.[1] ?? '';
    expect(digits).toMatch(/^\d{19}$/);
    await pushed(tokens[1] ?? '');
    const receivers = await cluster.settled(app, `task-${digits}-0`);
    expect(receivers.map(({ receiver, reason }) => [receiver, reason])).toEqual([
      ['u2', 'forced'],
      ['ghost', 'unknown_user'],
    ]);
    expect(cluster.taken(tokens[0] ?? '')).toEqual([]);
  });

  it('takes a list of as many long names as a message has receivers, and no more', async () => {
    const targets = Array.from({ length: 10_000 }, (_, n) => `${'x'.repeat(80)}${n}`);
    const startDate = dateOf(cluster.clock.now() + 2 * HOUR);
    expect((await call('POST', 'push/list', { ...HELLO, targets, startDate })).status).toBe(200);
    expect(await call('POST', 'push/list', { ...HELLO, targets: [...targets, 'u1'], startDate })).toMatchObject({
      status: 400,
      body: { error_description: 'parameters is invalid : targets' },
    });
  });

  it('goes to nobody when one of its labels is deleted before it starts', async () => {
    for (const name of ['l1', 'l2']) {
      await post('push/label', { name });
      await post(`push/label/${name}/user`, { usernames: ['u1'] });
    }
    const startDate = dateOf(cluster.clock.now() + 2 * HOUR);
    const { text } = await call('POST', 'push/list/label', { ...HELLO, targets: ['l1', 'l2'], startDate });
    const digits = /"taskId":(\d+)/.exec(text)?.[1] ?? '';
    await call('DELETE', 'push/label/l2');
    cluster.clock.advance(2 * HOUR);
    const isDone = async (): Promise<boolean> => {
      const rows: { done: boolean }[] = await cluster.dataSource.query(
        'SELECT done_at IS NOT NULL AS done FROM push_tasks WHERE id = $1',
        [digits],
      );
      return rows[0]?.done === true;
    };
    await waitFor(isDone, { what: 'the end of the task' });
    expect((await call('GET', `push/messages/task-${digits}-0`)).status).toBe(404);
  });

  it('goes to the users who are on all of its labels', async () => {
    for (const name of ['l1', 'l2']) await post('push/label', { name });
    await post('push/label/l1/user', { usernames: ['u1', 'u2'] });
    await post('push/label/l2/user', { usernames: ['u2'] });
    const [first, second] = [await bind('u1'), await bind('u2')];
    const { text } = await call('POST', 'push/list/label', { ...HELLO, targets: ['l1', 'L2'] });
    const digits = /"data":\{"taskId":(\d+)\}/.exec(text)?.[1] ?? '';
    await pushed(second);
    expect((await cluster.settled(app, `task-${digits}-0`)).map(({ receiver }) => receiver)).toEqual(['u2']);
    expect(cluster.taken(first)).toEqual([]);
  });

  it('case 56: a start in 30 minutes', async () => {
    await post('push/label', { name: 'l1' });
    const startDate = dateOf(cluster.clock.now() + HOUR / 2);
    expect(await call('POST', 'push/list/label', { ...HELLO, targets: ['l1'], startDate })).toMatchObject({
      status: 400,
      body: { error: 'illegal_argument', error_description: 'parameters is invalid : startDate' },
    });
    expect(await cluster.dataSource.query('SELECT id FROM push_tasks WHERE app_id = $1', [app.id])).toEqual([]);
  });

  it('starts when it is due and not before', async () => {
    const token = await bind('u1');
    const startDate = dateOf(cluster.clock.now() + 2 * HOUR);
    const { text } = await call('POST', 'push/list', { ...HELLO, targets: ['u1'], startDate });
    const digits = /"taskId":(\d+)/.exec(text)?.[1] ?? '';
    // One that is due now is carried out by the same passes: afterwards the other one would have been.
    const other = await bind('u2');
    await call('POST', 'push/list', { ...HELLO, targets: ['u2'] });
    await pushed(other);
    expect((await call('GET', `push/messages/task-${digits}-0`)).status).toBe(404);
    cluster.clock.advance(2 * HOUR);
    expect(shownTitle(await pushed(token))).toBe('Hello');
  });

  it.each([1, 4])('is not made under strategy %d', async (strategy) => {
    expect(await call('POST', 'push/task', { ...HELLO, strategy })).toMatchObject({
      status: 400,
      body: { error_description: 'parameters is invalid : strategy' },
    });
  });

  it('is not made for a label that there is not', async () => {
    expect(await call('POST', 'push/list/label', { ...HELLO, targets: ['nosuch'] })).toMatchObject({
      status: 400,
      body: { error: 'resource_not_found', error_description: 'push label not exists of nosuch' },
    });
  });
});

describe('labels', () => {
  it('case 57: names that differ in case only', async () => {
    const { body } = await call('POST', 'push/label', { name: 'l1', description: 'first' });
    expect(body['data']).toEqual({ name: 'l1', description: 'first', createdAt: expect.any(Number) });
    expect(await call('POST', 'push/label', { name: 'L1' })).toMatchObject({
      status: 400,
      body: { error: 'duplicate_unique_property_exists' },
    });
    app = await newApp({ labelCase: 'sensitive' });
    for (const name of ['l1', 'L1']) await post('push/label', { name });
    expect(await call('GET', 'push/label/L1')).toMatchObject({ body: { data: { name: 'L1', description: '' } } });
  });

  it('case 58: adding users', async () => {
    await post('push/label', { name: 'l1' });
    expect(await post('push/label/l1/user', { usernames: ['u1', 'ghost'] })).toEqual({
      success: ['u1'],
      fail: { ghost: 'appUser not exists' },
    });
    expect(await post('push/label/L1/user', { usernames: ['u1'] })).toEqual({ success: ['u1'], fail: {} });
    expect(await call('GET', 'push/label/l1')).toMatchObject({ body: { data: { name: 'l1', count: 1 } } });
  });

  it('case 59: removing users, by a body of DELETE', async () => {
    await post('push/label', { name: 'l1' });
    await post('push/label/l1/user', { usernames: ['u1'] });
    expect(await call('DELETE', 'push/label/l1/user', { usernames: ['u1', 'u2'] })).toMatchObject({
      status: 200,
      body: { action: 'delete', data: { success: ['u1'], fail: { u2: expect.any(String) } } },
    });
    expect(await call('GET', 'push/label/l1')).toMatchObject({ body: { data: { count: 0 } } });
  });

  it('case 60: a label that there is not', async () => {
    const calls: [string, string, unknown?][] = [
      ['GET', 'push/label/nosuch'],
      ['DELETE', 'push/label/nosuch'],
      ['GET', 'push/label/nosuch/user'],
      ['GET', 'push/label/nosuch/user/u1'],
      ['POST', 'push/label/nosuch/user', { usernames: ['u1'] }],
      ['DELETE', 'push/label/nosuch/user', { usernames: ['u1'] }],
    ];
    for (const [method, resource, body] of calls) {
      expect(await call(method, resource, body)).toMatchObject({
        status: 400,
        body: {
          error: 'resource_not_found',
          exception: 'ResourceNotFoundException',
          error_description: 'push label not exists of nosuch',
        },
      });
    }
  });

  it('lists labels and users page by page', async () => {
    for (const name of ['l1', 'l2', 'l3']) await post('push/label', { name });
    await post('push/label/l1/user', { usernames: ['u1', 'u2'] });
    expect(await namesOf('push/label', 'name')).toEqual([['l1', 'l2'], ['l3']]);
    await post('push/label', { name: 'l4' });
    expect(await namesOf('push/label', 'name')).toEqual([
      ['l1', 'l2'],
      ['l3', 'l4'],
    ]);
    expect(await namesOf('push/label/l1/user', 'username', 1)).toEqual([['u1'], ['u2']]);
    const { body } = await call('GET', 'push/label/l1/user/u2');
    expect(body['data']).toEqual({ username: 'u2', created: cluster.clock.now() });
    expect((await call('GET', 'push/label/l2/user/u2')).body['data']).toEqual({});
    expect((await call('GET', 'push/label?limit=101')).status).toBe(400);
  });

  it('deletes a label and leaves its users', async () => {
    await post('push/label', { name: 'l1' });
    await post('push/label/l1/user', { usernames: ['u1'] });
    expect(await call('DELETE', 'push/label/l1')).toMatchObject({ status: 200, body: { data: 'success' } });
    expect((await call('GET', 'push/label/l1')).status).toBe(400);
    expect((await call('GET', 'users/u1')).status).toBe(200);
  });

  it('belong to their app', async () => {
    await post('push/label', { name: 'l1' });
    await post('push/label/l1/user', { usernames: ['u1'] });
    const first = app;
    app = await newApp();
    expect((await call('GET', 'push/label/l1')).status).toBe(400);
    expect(await call('GET', 'push/label')).toMatchObject({ body: { data: [] } });
    await post('push/label', { name: 'l1' });
    expect(await post('push/label/l1/user', { usernames: ['u2'] })).toEqual({ success: ['u2'], fail: {} });
    await cluster.done(app, 'DELETE', 'push/label/l1');
    expect(await cluster.done(first, 'GET', 'push/label/l1')).toMatchObject({ count: 1 });
  });

  it('are 100 at most, however many are made at once', async () => {
    await cluster.dataSource.query(
      `INSERT INTO labels (app_id, name) SELECT $1, 'old' || n FROM generate_series(1, 98) AS s (n)`,
      [app.id],
    );
    const names = ['n1', 'n2', 'n3', 'n4', 'n5'];
    const answers = await Promise.all(names.map(async (name) => await call('POST', 'push/label', { name })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 403, 403, 403]);
    expect(answers.find(({ status }) => status === 403)?.body).toMatchObject({
      error: 'limit',
      exception: 'LimitException',
      error_description: 'limit request',
    });
  });

  it('have 20,000 users at most', async () => {
    await post('push/label', { name: 'l1' });
    await cluster.dataSource.query(
      `WITH made AS (INSERT INTO users (app_id, username) SELECT $1, 'many' || n FROM generate_series(1, 19999) AS s (n)
                     RETURNING id)
       INSERT INTO label_users (label_id, user_id) SELECT l.id, made.id FROM made, labels l WHERE l.app_id = $1`,
      [app.id],
    );
    expect(await post('push/label/l1/user', { usernames: ['many1', 'u1', 'u2'] })).toEqual({
      success: ['many1', 'u1'],
      fail: { u2: 'push label users exceeds the limit' },
    });
  });

  it.each([
    [{ name: 'x'.repeat(65) }, 'name'],
    [{ name: 'a b' }, 'name'],
    [{}, 'name'],
    [{ name: 'ok', description: 'x'.repeat(256) }, 'description'],
  ])('are refused as %j', async (body, parameter) => {
    expect(await call('POST', 'push/label', body)).toMatchObject({
      status: 400,
      body: { error_description: `parameters is invalid : ${parameter}` },
    });
  });

  it('take 100 users in a call at most', async () => {
    await post('push/label', { name: 'l1' });
    const usernames = Array.from({ length: 101 }, (_, index) => `u${index}`);
    for (const method of ['POST', 'DELETE']) {
      expect((await call(method, 'push/label/l1/user', { usernames })).status).toBe(400);
    }
  });
});

describe('certificates and statistics', () => {
  it('lists the credentials as Agora does, without secrets', async () => {
    const { status, body, text } = await call('GET', 'notifiers');
    expect(status).toBe(200);
    expect(body['path']).toBe('/notifiers');
    expect(body['entities']).toMatchObject([
      {
        name: 'cert1',
        provider: 'ANDROID',
        type: 'notifier',
        googlePushSettings: { pushType: 'BOTH', priority: 'high' },
      },
      { name: 'cert2', provider: 'APNS', environment: 'DEVELOPMENT', packageName: 'im.example.chat' },
    ]);
    expect(text).not.toContain('PRIVATE KEY');
    const uuids = (body['entities'] as { uuid: string }[]).map(({ uuid }) => uuid);
    expect(new Set(uuids).size).toBe(2);
    for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(at((await call('GET', 'notifiers')).body, 'entities')).toEqual(body['entities']);
  });

  it('says that there are no statistics', async () => {
    expect(await call('GET', 'push/data/offline-push/begin/2023-11-13/end/2023-11-14?platform=ALL')).toMatchObject({
      status: 403,
      body: { error: 'forbidden_op', exception: 'EasemobForbiddenOpException' },
    });
  });
});

/** A page's names, page by page. */
async function namesOf(resource: string, key: string, limit = 2): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let cursor: unknown;
  do {
    const query = `?limit=${limit}${typeof cursor === 'string' ? `&cursor=${cursor}` : ''}`;
    const { body } = await call('GET', resource + query);
    pages.push((body['data'] as Record<string, unknown>[]).map((row) => row[key]));
    cursor = body['cursor'];
  } while (cursor !== undefined);
  return pages;
}

/** A time as tasks are given theirs, in UTC. */
function dateOf(time: number): string {
  return new Date(Math.max(time, START)).toISOString().slice(0, 19).replace('T', ' ');
}
