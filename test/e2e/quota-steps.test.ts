import { PURPOSES, type QuotaNote, type VendorName } from '#libs/contracts';
import { waitFor } from '#libs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startInProcessCluster, type InProcessCluster } from '../integration/support/in-process-cluster.ts';
import { START, type TestApp } from '../integration/settings-api.support.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What the explanation tells of one line of a device. */
interface Line {
  credential: string;
  vendor: VendorName;
  decision: string;
  reason: string;
  facts?: Record<string, unknown>;
  class: string | null;
  quota: QuotaNote | null;
  outcome: string | null;
  code: string | null;
  attempts: number;
  nextAttemptAt: number | null;
}

let cluster: InProcessCluster;
let app: TestApp;
let count = 0;

beforeAll(async () => {
  cluster = await startInProcessCluster({ RECONCILE_EVERY_MS: '50' });
}, 60_000);
// Time goes on only: vendors know which access tokens they have issued. The next test begins at the same time of day.
afterEach(() => {
  const days = Math.ceil((cluster.clock.now() - START) / DAY);
  cluster.clock.set(new Date(START + days * DAY));
});
afterAll(async () => await cluster.close());

/** A new app whose OPPO credential has these quotas. */
async function newApp(quota: Record<string, unknown>, credential: Record<string, unknown> = {}): Promise<void> {
  count += 1;
  app = await cluster.createApp('org', `quota${count}`);
  await cluster.putCredential(app, 'oppo', 'oppo', credential);
  await cluster.done(app, 'PUT', 'push/credentials/oppo/quota', quota);
}

async function putDevice(user: string, credential: string, vendor: VendorName): Promise<string> {
  await cluster.done(app, 'PUT', `users/${user}`, {});
  return await cluster.putDevice(app, { user, device: 'phone', credential, vendor });
}

/** Sends a message and returns the lines of its receiver's device. */
async function send(id: string, user: string, more: Record<string, unknown> = {}, state = 'done'): Promise<Line[]> {
  const event = { id, chatType: 'user', sender: { username: 'lin' }, receivers: [user], text: 'hello', ...more };
  await cluster.done(app, 'POST', 'push/messages', event);
  return await lines(id, state);
}

async function lines(id: string, state = 'done'): Promise<Line[]> {
  return await waitFor(
    async () => {
      const told = (await cluster.done(app, 'GET', `push/messages/${id}`)) as {
        state: string;
        receivers: { devices: Line[] }[];
      };
      const devices = told.receivers[0]?.devices ?? [];
      const isSettled = state === 'sending' ? devices.some(({ quota }) => quota !== null) : true;
      return told.state === state && isSettled ? devices : null;
    },
    { what: `${id} to be ${state}`, intervalMs: 5 },
  );
}

/** Public pushes that OPPO takes per day, whatever we think. */
async function setVendorLimit(publicPerDay: number): Promise<void> {
  const { account, collection } = cluster.accounts.oppo;
  const response = await fetch(`${cluster.simulator.urls.control}/vendors/oppo/${collection}`, {
    method: 'PUT',
    body: JSON.stringify({ ...account, publicPerDay }),
  });
  expect(response.ok).toBe(true);
}

/** What the sender has leased it gives back when it is idle. */
async function leasesBack(): Promise<void> {
  await waitFor(async () => {
    cluster.clock.advance(1_000);
    const leases = await cluster.dataSource.query<unknown[]>('SELECT FROM quota_leases');
    return leases.length === 0;
  });
}

/** Of a quota of one public push a day. */
const ONE = { classes: { public: { perDay: 1 } } };
const marketing = { purpose: 'marketing' };
/** When the day ends in Shanghai. */
const midnight = (now: number): number => Math.ceil((now + 8 * HOUR) / DAY) * DAY - 8 * HOUR;

describe('a push without quota', () => {
  it('goes to FCM because OPPO’s public quota is used up, and the explanation says exactly that', async () => {
    await newApp(ONE);
    await cluster.putCredential(app, 'android', 'fcm');
    const oppo = await putDevice('ana', 'oppo', 'oppo');
    const fcm = await putDevice('ana', 'android', 'fcm');
    expect(await send('first', 'ana', marketing)).toMatchObject([
      { credential: 'oppo', outcome: 'accepted', class: 'public', quota: null },
      { credential: 'android', reason: 'other_channel', outcome: null },
    ]);
    expect(await send('second', 'ana', marketing)).toMatchObject([
      {
        ...{ credential: 'oppo', decision: 'send', outcome: 'rerouted', code: 'quota_used_up' },
        quota: {
          ...{ class: 'public', scope: 'class', by: 'limit', step: 'other_channel', to: 'android' },
          resetsAt: midnight(cluster.clock.now()),
        },
      },
      {
        ...{ credential: 'android', decision: 'send', reason: 'rerouted', outcome: 'accepted', quota: null },
        facts: { because: 'quota', from: 'oppo', class: 'public', scope: 'class', by: 'limit' },
      },
    ]);
    expect(cluster.taken(oppo)).toHaveLength(1);
    expect(cluster.taken(fcm)).toHaveLength(1);
  });

  it('goes on to another channel because the vendor itself says that there is none', async () => {
    await newApp({});
    await cluster.putCredential(app, 'android', 'fcm');
    await putDevice('ana', 'oppo', 'oppo');
    await putDevice('ana', 'android', 'fcm');
    await setVendorLimit(0);
    const note = { class: 'public', scope: 'class', by: 'vendor', step: 'other_channel', to: 'android' };
    expect(await send('refused', 'ana', marketing)).toMatchObject([
      { outcome: 'rerouted', code: '33', quota: note },
      { credential: 'android', reason: 'rerouted', facts: { by: 'vendor' }, outcome: 'accepted' },
    ]);
    await setVendorLimit(1_000);
    // The class stays closed until the reset, without asking the vendor again; the other class goes on.
    expect(await send('closed', 'ana', marketing)).toMatchObject([{ outcome: 'rerouted', quota: note }, {}]);
    expect(await send('chat', 'ana')).toMatchObject([{ outcome: 'accepted', class: 'private' }, {}]);
    cluster.clock.set(new Date(midnight(cluster.clock.now())));
    expect(await send('next-day', 'ana', marketing)).toMatchObject([{ outcome: 'accepted', quota: null }, {}]);
  });

  it('goes out in the lower class where the operator allows it', async () => {
    const private1 = { perDay: 1, whenExhausted: ['lower_class', 'drop'] };
    await newApp({ classes: { private: private1, public: { perDay: 1 } } });
    const token = await putDevice('ana', 'oppo', 'oppo');
    expect(await send('first', 'ana')).toMatchObject([{ outcome: 'accepted', class: 'private' }]);
    expect(await send('second', 'ana')).toMatchObject([
      { outcome: 'accepted', class: 'public', quota: { class: 'private', step: 'lower_class', to: 'public' } },
    ]);
    expect(await send('third', 'ana')).toMatchObject([
      { outcome: 'quota_exhausted', code: 'quota_used_up', quota: { class: 'private', step: 'drop' } },
    ]);
    expect(cluster.taken(token)).toHaveLength(2);
  });

  it('goes out in the lower class also where it names its class itself', async () => {
    await newApp({});
    await cluster.putCredential(app, 'honor', 'honor');
    await cluster.done(app, 'PUT', 'push/credentials/honor/quota', {
      classes: { service: { perDay: 1, whenExhausted: ['lower_class', 'drop'] } },
    });
    const token = await putDevice('ana', 'honor', 'honor');
    const named = { offlinePushInfo: { AndroidInfo: { HonorImportance: 'NORMAL' } } };
    expect(await send('first', 'ana', named)).toMatchObject([{ outcome: 'accepted', class: 'service' }]);
    expect(await send('second', 'ana', named)).toMatchObject([
      { outcome: 'accepted', class: 'marketing', quota: { class: 'service', step: 'lower_class', to: 'marketing' } },
    ]);
    expect(cluster.taken(token)).toHaveLength(2);
  });

  it('goes out in the lower class beside others of its message that do not', async () => {
    await newApp({ classes: { private: { perDay: 1, whenExhausted: ['lower_class'] }, public: { perDay: 1 } } });
    const users = ['ana', 'ben', 'cem'];
    for (const user of users) await putDevice(user, 'oppo', 'oppo');
    await cluster.done(app, 'POST', 'push/messages', {
      ...{
        id: 'three',
        chatType: 'chatgroup',
        conversation: 'g',
        sender: { username: 'lin' },
        receivers: users,
        text: 'hello',
      },
    });
    await lines('three');
    const told = (await cluster.done(app, 'GET', 'push/messages/three')) as { receivers: { devices: Line[] }[] };
    const devices = told.receivers.map(({ devices: [line] }) => [line?.outcome, line?.class, line?.quota?.step]);
    expect(devices).toEqual([
      ['accepted', 'private', undefined],
      ['accepted', 'public', 'lower_class'],
      ['quota_exhausted', null, 'drop'],
    ]);
  });

  it('never goes out in the lower class unless the operator says so', async () => {
    await newApp({ classes: { private: { perDay: 1 } }, whenExhausted: ['drop'] });
    const token = await putDevice('ana', 'oppo', 'oppo');
    await send('first', 'ana');
    expect(await send('second', 'ana')).toMatchObject([{ outcome: 'quota_exhausted', class: null }]);
    expect(cluster.taken(token)).toHaveLength(1);
  });

  it('is held until the reset, and goes out then', async () => {
    await newApp(ONE);
    const token = await putDevice('ana', 'oppo', 'oppo');
    const life = { lifetimeMs: 3 * DAY };
    await send('first', 'ana', marketing);
    const resetsAt = midnight(cluster.clock.now());
    expect(await send('second', 'ana', { ...marketing, ...life }, 'sending')).toMatchObject([
      { outcome: 'pending', code: 'quota_used_up', quota: { step: 'hold', resetsAt } },
    ]);
    expect(cluster.taken(token)).toHaveLength(1);
    cluster.clock.set(new Date(resetsAt + 60_000));
    expect(await lines('second')).toMatchObject([{ outcome: 'accepted', class: 'public' }]);
    expect(cluster.taken(token)).toHaveLength(2);
  });

  it('that is held goes out when the operator raises the limit', async () => {
    await newApp(ONE);
    await putDevice('ana', 'oppo', 'oppo');
    await send('first', 'ana', marketing);
    await send('second', 'ana', { ...marketing, lifetimeMs: 3 * DAY }, 'sending');
    await cluster.done(app, 'PUT', 'push/credentials/oppo/quota', { classes: { public: { perDay: 2 } } });
    cluster.clock.advance(15 * 60_000);
    expect(await lines('second')).toMatchObject([{ outcome: 'accepted' }]);
  });

  it('is dropped when its message does not live until the reset', async () => {
    await newApp(ONE);
    await putDevice('ana', 'oppo', 'oppo');
    await send('first', 'ana', marketing);
    expect(await send('second', 'ana', { ...marketing, lifetimeMs: 60_000 })).toMatchObject([
      { outcome: 'quota_exhausted', quota: { step: 'drop' } },
    ]);
  });

  it('is dropped when it is a call: nobody answers it the next day', async () => {
    await newApp({ classes: { private: { perDay: 0 } } });
    await putDevice('ana', 'oppo', 'oppo');
    expect(await send('ring', 'ana', { purpose: 'call', lifetimeMs: 3 * DAY })).toMatchObject([
      { outcome: 'quota_exhausted', quota: { step: 'drop' } },
    ]);
  });

  it('is dropped where other steps come to nothing', async () => {
    await newApp({ ...ONE, whenExhausted: ['lower_class', 'other_channel'] });
    await putDevice('ana', 'oppo', 'oppo');
    await send('first', 'ana', marketing);
    expect(await send('second', 'ana', marketing)).toMatchObject([
      { outcome: 'quota_exhausted', quota: { step: 'drop' } },
    ]);
  });

  it('is not sent around in circles', async () => {
    await newApp(ONE);
    await cluster.putCredential(app, 'android', 'fcm');
    await cluster.done(app, 'PUT', 'push/credentials/android/quota', { classes: { default: { perDay: 0 } } });
    await putDevice('ana', 'oppo', 'oppo');
    await putDevice('ana', 'android', 'fcm');
    await send('first', 'ana', marketing);
    expect(await send('second', 'ana', { ...marketing, lifetimeMs: 60_000 })).toMatchObject([
      { credential: 'oppo', outcome: 'rerouted' },
      { credential: 'android', outcome: 'quota_exhausted', quota: { class: 'default', step: 'drop' } },
    ]);
  });
});

describe('a device', () => {
  it('gets as many pushes of a class a day as its vendor allows, and more of the other class', async () => {
    await newApp({ whenExhausted: ['drop'] });
    const ana = await putDevice('ana', 'oppo', 'oppo');
    await putDevice('ben', 'oppo', 'oppo');
    const outcomes: (string | null | undefined)[] = [];
    for (const id of ['m1', 'm2', 'm3']) outcomes.push((await send(id, 'ana', marketing))[0]?.outcome);
    // Two public messages a day (oppo section 6).
    expect(outcomes).toEqual(['accepted', 'accepted', 'quota_exhausted']);
    expect(await lines('m3')).toMatchObject([
      { quota: { class: 'public', scope: 'device', by: 'limit', step: 'drop' } },
    ]);
    expect(await send('chat', 'ana')).toMatchObject([{ outcome: 'accepted', class: 'private' }]);
    expect(await send('other', 'ben', marketing)).toMatchObject([{ outcome: 'accepted' }]);
    cluster.clock.set(new Date(midnight(cluster.clock.now())));
    expect(await send('next', 'ana', marketing)).toMatchObject([{ outcome: 'accepted' }]);
    expect(cluster.taken(ana)).toHaveLength(4);
  });

  it('that by its vendor has had enough gets no more of the class, and nobody asks again', async () => {
    await newApp({});
    await cluster.putCredential(app, 'meizu', 'meizu');
    const quota = { classes: { public: { perDevicePerDay: 100 } }, whenExhausted: ['drop'] };
    await cluster.done(app, 'PUT', 'push/credentials/meizu/quota', quota);
    await putDevice('ana', 'meizu', 'meizu');
    await putDevice('ben', 'meizu', 'meizu');
    // Three public messages a day (meizu section 6).
    for (const id of ['m1', 'm2', 'm3'])
      expect(await send(id, 'ana', marketing)).toMatchObject([{ outcome: 'accepted' }]);
    const dropped = {
      outcome: 'quota_exhausted',
      code: '110011',
      quota: { scope: 'device', by: 'vendor', step: 'drop' },
    };
    expect(await send('m4', 'ana', marketing)).toMatchObject([dropped]);
    expect(await send('m5', 'ana', marketing)).toMatchObject([{ outcome: 'quota_exhausted', quota: { by: 'limit' } }]);
    expect(await send('other', 'ben', marketing)).toMatchObject([{ outcome: 'accepted' }]);
  });

  it('is not charged for pushes that the vendor refused', async () => {
    await newApp({ classes: { public: { perDay: 2, perDevicePerDay: 1 } }, whenExhausted: ['drop'] });
    const token = await putDevice('ana', 'oppo', 'oppo');
    cluster.simulator.state.faults.set('oppo', [{ kind: 'status', status: 400, times: 1, tokens: [token] }]);
    expect(await send('refused', 'ana', marketing)).toMatchObject([{ outcome: 'rejected' }]);
    expect(await send('taken', 'ana', marketing)).toMatchObject([{ outcome: 'accepted' }]);
    expect(await send('over', 'ana', marketing)).toMatchObject([
      { outcome: 'quota_exhausted', quota: { scope: 'device' } },
    ]);
  });
});

describe('shares of a quota', () => {
  it('that are kept for chats and calls are not eaten by marketing', async () => {
    await newApp({});
    const classes = Object.fromEntries(PURPOSES.map((purpose) => [purpose, { noticeMsgType: 0 }]));
    await cluster.putCredential(app, 'meizu', 'meizu', { classes });
    // All purposes in one class of three pushes, two of which are kept.
    const shared = { perDay: 3, perDevicePerDay: null, reserve: { chat: 0.34, call: 0.34 } };
    const quota = { classes: { public: shared }, whenExhausted: ['drop'] };
    await cluster.done(app, 'PUT', 'push/credentials/meizu/quota', quota);
    await putDevice('ana', 'meizu', 'meizu');
    const outcome = async (id: string, purpose: string): Promise<string | null | undefined> =>
      (await send(id, 'ana', { purpose }))[0]?.outcome;
    expect(await outcome('a', 'marketing')).toBe('accepted');
    expect(await outcome('b', 'marketing')).toBe('quota_exhausted');
    expect(await outcome('c', 'system')).toBe('quota_exhausted');
    expect(await outcome('d', 'chat')).toBe('accepted');
    expect(await outcome('e', 'chat')).toBe('quota_exhausted');
    expect(await outcome('f', 'call')).toBe('accepted');
  });
});

/** The code that stands of a message's first target, as long as it is under way. */
async function codeOf(message: string): Promise<string | undefined> {
  const [job] = await cluster.dataSource.query<{ code: string }[]>(
    `SELECT j.outcomes -> 0 ->> 'code' AS code FROM send_jobs j JOIN messages m ON m.seq = j.message_seq
     WHERE m.app_id = $1 AND m.id = $2`,
    [app.id, message],
  );
  return job?.code;
}

/** OPPO counts by channel alone. */
const NO_CATEGORIES = Object.fromEntries(PURPOSES.map((purpose) => [purpose, { category: null }]));

describe('a push that its vendor refused in its own class, and that waits because the lower one is too fast', () => {
  beforeEach(async () => {
    await newApp({ ratePerSecond: 1, whenExhausted: ['lower_class', 'drop'] });
    const token = await putDevice('ana', 'oppo', 'oppo');
    cluster.simulator.state.faults.set('oppo', [
      { kind: 'status', status: 200, reason: '33', times: 1, tokens: [token] },
    ]);
    await cluster.done(app, 'POST', 'push/messages', {
      ...{ id: 'slow', chatType: 'user', sender: { username: 'lin' }, receivers: ['ana'], text: 'hello' },
      lifetimeMs: DAY,
    });
    await waitFor(async () => (await codeOf('slow')) === 'rate_limited');
  });

  /** The store's windows are of its own clock. */
  async function waitForTurn(): Promise<void> {
    const hasMoved = async (): Promise<boolean> => {
      cluster.clock.advance(10_000);
      return (await codeOf('slow')) !== 'rate_limited';
    };
    await waitFor(hasMoved, { intervalMs: 200 });
  }

  it('is not tried in its own class again', async () => {
    await waitForTurn();
    expect(await lines('slow')).toMatchObject([
      {
        outcome: 'accepted',
        attempts: 2,
        quota: { class: 'private', by: 'vendor', step: 'lower_class', to: 'public' },
      },
    ]);
  });

  it('is tried there again after new settings', async () => {
    await cluster.done(app, 'PUT', 'push/credentials/oppo/quota', { ratePerSecond: 1, whenExhausted: ['drop'] });
    await waitForTurn();
    expect(await lines('slow')).toMatchObject([{ outcome: 'accepted', attempts: 2, class: 'private', quota: null }]);
  });
});

describe('a vendor that is late at midnight', () => {
  const life = { ...marketing, lifetimeMs: 5 * DAY };

  it('is asked again, and its refusal does not close the new day', async () => {
    await newApp({ whenExhausted: ['drop'] });
    await putDevice('ana', 'oppo', 'oppo');
    await setVendorLimit(0);
    const resetsAt = midnight(cluster.clock.now());
    cluster.clock.set(new Date(resetsAt + 1_000));
    await cluster.done(app, 'POST', 'push/messages', {
      ...{ id: 'early', chatType: 'user', sender: { username: 'lin' }, receivers: ['ana'], text: 'hello', ...life },
    });
    await waitFor(async () => (await codeOf('early')) === '33');
    await setVendorLimit(1_000);
    // What the queue has put off by the minute, the reconciler brings back by this clock.
    cluster.clock.advance(10 * 60_000);
    expect(await lines('early')).toMatchObject([{ outcome: 'accepted', class: 'public' }]);
  });

  it('is not waited for by a call that does not live so long', async () => {
    await newApp({ whenExhausted: ['other_channel', 'drop'] }, { messageClass: 'public', classes: NO_CATEGORIES });
    await cluster.putCredential(app, 'android', 'fcm');
    const token = await putDevice('ana', 'oppo', 'oppo');
    await putDevice('ana', 'android', 'fcm');
    cluster.simulator.state.faults.set('oppo', [
      { kind: 'status', status: 200, reason: '33', times: 1, tokens: [token] },
    ]);
    cluster.clock.set(new Date(midnight(cluster.clock.now()) + 1_000));
    expect(await send('ring', 'ana', { purpose: 'call', lifetimeMs: 50_000 })).toMatchObject([
      { credential: 'oppo', outcome: 'rerouted', quota: { step: 'other_channel', by: 'vendor' } },
      { credential: 'android', reason: 'rerouted', outcome: 'accepted' },
    ]);
    // Nor does the refusal close the class.
    cluster.clock.advance(10 * 60_000);
    expect(await send('again', 'ana', { purpose: 'call' })).toMatchObject([
      { credential: 'oppo', outcome: 'accepted', class: 'public' },
      { credential: 'android', reason: 'other_channel' },
    ]);
  });

  it('does not close a device for the new day either', async () => {
    await newApp({});
    await cluster.putCredential(app, 'meizu', 'meizu');
    await cluster.done(app, 'PUT', 'push/credentials/meizu/quota', { whenExhausted: ['drop'] });
    const token = await putDevice('ana', 'meizu', 'meizu');
    cluster.clock.set(new Date(midnight(cluster.clock.now()) + 1_000));
    const body = JSON.stringify({ code: '200', message: '', value: { 110011: [token] }, redirect: '', msgId: 'm' });
    cluster.simulator.state.faults.set('meizu', [{ kind: 'status', status: 200, times: 1, body }]);
    await cluster.done(app, 'POST', 'push/messages', {
      ...{
        id: 'early',
        chatType: 'user',
        sender: { username: 'lin' },
        receivers: ['ana'],
        text: 'hello',
        ...marketing,
      },
    });
    await waitFor(async () => (await codeOf('early')) === '110011');
    cluster.clock.advance(10 * 60_000);
    expect(await lines('early')).toMatchObject([{ outcome: 'accepted', class: 'public' }]);
  });

  it('closes the class with a refusal later in the day', async () => {
    await newApp({ whenExhausted: ['drop'] });
    await putDevice('ana', 'oppo', 'oppo');
    await setVendorLimit(0);
    cluster.clock.set(new Date(midnight(cluster.clock.now()) + 10 * 60_000));
    expect(await send('later', 'ana', life)).toMatchObject([
      { outcome: 'quota_exhausted', code: '33', quota: { class: 'public', by: 'vendor' } },
    ]);
    await setVendorLimit(1_000);
  });
});

it('pushes that there is no quota for use up nothing of the second’s limit', async () => {
  await newApp({ ratePerSecond: 10, whenExhausted: ['drop'], classes: { public: { perDay: 0 } } });
  const users = Array.from({ length: 100 }, (_, index) => `user${index}`);
  for (const user of users) await putDevice(user, 'oppo', 'oppo');
  await cluster.done(app, 'POST', 'push/messages', {
    ...{ id: 'sale', chatType: 'chatgroup', conversation: 'g', sender: { username: 'lin' }, receivers: users },
    ...{ text: 'hello', ...marketing },
  });
  expect(await lines('sale')).toMatchObject([{ outcome: 'quota_exhausted' }]);
  // The clock stands still, and a window has one push.
  expect(await send('ring', 'user7', { purpose: 'call' })).toMatchObject([{ outcome: 'accepted' }]);
});

it('a batch that failed before anything went out is carried out by the next who takes it, and doubts nothing', async () => {
  await newApp({ whenExhausted: ['drop'], classes: { public: { perDay: 1_000 } } });
  await putDevice('ana', 'oppo', 'oppo');
  await cluster.dataSource.query('ALTER TABLE quota_devices RENAME TO quota_devices_away');
  await cluster.done(app, 'POST', 'push/messages', {
    ...{
      id: 'unlucky',
      chatType: 'user',
      sender: { username: 'lin' },
      receivers: ['ana'],
      text: 'hello',
      ...marketing,
    },
  });
  await waitFor(async () => {
    const [freed] = await cluster.dataSource.query<unknown[]>(
      `SELECT FROM send_jobs j JOIN messages m ON m.seq = j.message_seq JOIN send_batches b ON b.id = j.batch_id
       WHERE m.app_id = $1 AND j.outcomes IS NOT NULL AND b.open AND b.claimed_by IS NULL`,
      [app.id],
    );
    return freed !== undefined;
  });
  await cluster.dataSource.query('ALTER TABLE quota_devices_away RENAME TO quota_devices');
  expect(await lines('unlucky')).toMatchObject([{ outcome: 'accepted', maybeDelivered: false }]);
  expect(await cluster.dataSource.query<unknown[]>('SELECT FROM quota_devices WHERE count = 1')).not.toEqual([]);
});

describe('a receipt', () => {
  /** Posts receipts in the vendor's own form of the last push of a message to OPPO, Huawei or vivo. */
  async function report(
    credential: string,
    message: string,
    bodyOf: (jobId: string, token: string) => unknown,
  ): Promise<void> {
    const { receiptPath } = (await cluster.done(app, 'GET', `push/credentials/${credential}`)) as {
      receiptPath: string;
    };
    const [job] = await cluster.dataSource.query<{ id: number; token: string }[]>(
      `SELECT j.id, j.targets -> 0 ->> 'token' AS token FROM send_jobs j JOIN messages m ON m.seq = j.message_seq
       WHERE m.app_id = $1 AND m.id = $2`,
      [app.id, message],
    );
    if (job === undefined) throw new Error(`${message} has no send job`);
    const response = await fetch(cluster.url + receiptPath, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(String(job.id), job.token)),
    });
    expect(response.status).toBe(200);
  }

  const dropping = { whenExhausted: ['drop'] };

  it('that a device has had its share of a class keeps further ones of it from the device until the reset', async () => {
    await newApp({ ...dropping, classes: { public: { perDevicePerDay: 100 } } });
    await putDevice('ana', 'oppo', 'oppo');
    await putDevice('ben', 'oppo', 'oppo');
    await send('one', 'ana', marketing);
    await report('oppo', 'one', (param, registrationIds) => [
      { registrationIds, eventType: 'user_daily_limit', eventTime: cluster.clock.now(), param },
    ]);
    expect(await send('two', 'ana', marketing)).toMatchObject([
      { outcome: 'quota_exhausted', quota: { class: 'public', scope: 'device' } },
    ]);
    expect(await send('chat', 'ana')).toMatchObject([{ outcome: 'accepted', class: 'private' }]);
    expect(await send('other', 'ben', marketing)).toMatchObject([{ outcome: 'accepted' }]);
    cluster.clock.set(new Date(midnight(cluster.clock.now())));
    expect(await send('next', 'ana', marketing)).toMatchObject([{ outcome: 'accepted' }]);
  });

  it('of a push from the day before changes nothing, whenever it comes', async () => {
    await newApp(dropping);
    await putDevice('ana', 'oppo', 'oppo');
    await send('one', 'ana', marketing);
    cluster.clock.set(new Date(midnight(cluster.clock.now()) + HOUR));
    await report('oppo', 'one', (param, registrationIds) => [
      { registrationIds, eventType: 'user_daily_limit', eventTime: cluster.clock.now(), param },
    ]);
    expect(await send('two', 'ana', marketing)).toMatchObject([{ outcome: 'accepted' }]);
  });

  it('of another day changes nothing', async () => {
    await newApp(dropping);
    await putDevice('ana', 'oppo', 'oppo');
    await send('one', 'ana', marketing);
    await report('oppo', 'one', (param, registrationIds) => [
      { registrationIds, eventType: 'user_daily_limit', eventTime: cluster.clock.now() - DAY, param },
    ]);
    expect(await send('two', 'ana', marketing)).toMatchObject([{ outcome: 'accepted' }]);
  });

  it('that a device gets nothing more at all leaves it alone until the reset', async () => {
    await newApp(dropping);
    await cluster.putCredential(app, 'huawei', 'huawei');
    await putDevice('ana', 'huawei', 'huawei');
    expect(await send('one', 'ana')).toMatchObject([{ outcome: 'accepted' }]);
    await report('huawei', 'one', (biTag, token) => ({
      statuses: [{ biTag, appid: '1', token, status: 102, timestamp: cluster.clock.now(), requestId: 'r' }],
    }));
    expect(await send('two', 'ana')).toMatchObject([{ decision: 'suppress', reason: 'muted' }]);
    cluster.clock.set(new Date(midnight(cluster.clock.now())));
    expect(await send('three', 'ana')).toMatchObject([{ outcome: 'accepted' }]);
  });

  it('that a device gets nothing more of a class without a cap of its own leaves it alone until the reset', async () => {
    await newApp(dropping);
    await putDevice('ana', 'oppo', 'oppo');
    expect(await send('one', 'ana')).toMatchObject([{ outcome: 'accepted', class: 'private' }]);
    await report('oppo', 'one', (param, registrationIds) => [
      { registrationIds, eventType: 'user_daily_limit', eventTime: cluster.clock.now(), param },
    ]);
    expect(await send('two', 'ana')).toMatchObject([{ decision: 'suppress', reason: 'muted' }]);
  });

  /** vivo's word that the app has used up its operational messages. */
  async function reportOperational(message: string): Promise<void> {
    await report('vivo', message, (param, targets) => ({
      '542423340000000001': { param, targets, ackType: '100', subAckType: '11001', ackTime: cluster.clock.now() },
    }));
    await leasesBack();
  }

  it('that the app has used up a class closes that one for all, whatever the push was meant to be', async () => {
    await newApp(dropping);
    await cluster.putCredential(app, 'vivo', 'vivo');
    await cluster.done(app, 'PUT', 'push/credentials/vivo/quota', dropping);
    await putDevice('ana', 'vivo', 'vivo');
    await putDevice('ben', 'vivo', 'vivo');
    expect(await send('one', 'ana')).toMatchObject([{ outcome: 'accepted', class: 'system' }]);
    await reportOperational('one');
    expect(await send('two', 'ben', marketing)).toMatchObject([
      { outcome: 'quota_exhausted', quota: { class: 'operational', scope: 'class', by: 'vendor' } },
    ]);
    expect(await send('three', 'ben')).toMatchObject([{ outcome: 'accepted', class: 'system' }]);
  });

  it('of a push from before new settings does not close again what they have opened', async () => {
    // vivo takes operational messages by day only.
    cluster.clock.set(new Date(midnight(cluster.clock.now()) + 12 * HOUR));
    await newApp(dropping);
    await cluster.putCredential(app, 'vivo', 'vivo');
    await cluster.done(app, 'PUT', 'push/credentials/vivo/quota', dropping);
    await putDevice('ana', 'vivo', 'vivo');
    await putDevice('ben', 'vivo', 'vivo');
    await send('one', 'ana', marketing);
    cluster.clock.advance(1_000);
    await cluster.done(app, 'PUT', 'push/credentials/vivo/quota', dropping);
    await reportOperational('one');
    expect(await send('two', 'ben', marketing)).toMatchObject([{ outcome: 'accepted' }]);
    await reportOperational('two');
    expect(await send('three', 'ana', marketing)).toMatchObject([{ outcome: 'quota_exhausted' }]);
  });
});

it('the limit is the one that the vendor tells with its answers, until it says otherwise', async () => {
  await newApp({});
  const { account, collection } = cluster.accounts.xiaomi;
  const channels = [{ id: 'promo', class: 'public', dailyQuota: 2 }];
  const response = await fetch(`${cluster.simulator.urls.control}/vendors/xiaomi/${collection}`, {
    method: 'PUT',
    body: JSON.stringify({ ...account, channels }),
  });
  expect(response.ok).toBe(true);
  const classes = { marketing: { channelId: 'promo', messageClass: 'public' } };
  await cluster.putCredential(app, 'mi', 'xiaomi', { classes });
  await cluster.done(app, 'PUT', 'push/credentials/mi/quota', { whenExhausted: ['drop'] });
  for (const user of ['ana', 'ben', 'cem']) await putDevice(user, 'mi', 'xiaomi');
  const standing = async (): Promise<unknown> => {
    const all = (await cluster.done(app, 'GET', 'push/quotas')) as { credential: string; class: string }[];
    return all.find((one) => one.credential === 'mi' && one.class === 'public');
  };
  expect(await standing()).toMatchObject({ limit: null, limitSource: 'unknown', used: 0 });
  expect(await send('one', 'ana', marketing)).toMatchObject([{ outcome: 'accepted', class: 'public' }]);
  await waitFor(async () => ((await standing()) as { limit: number | null }).limit === 2);
  // What was leased before the limit was known comes back long before an idle lease without a limit does.
  await waitFor(async () => ((await standing()) as { reserved: number }).reserved === 0);
  expect(await standing()).toMatchObject({ limitSource: 'vendor', used: 1, left: 1 });
  expect(await send('two', 'ben', marketing)).toMatchObject([{ outcome: 'accepted' }]);
  // Nobody has to ask Xiaomi to know that nothing is left.
  expect(await send('three', 'cem', marketing)).toMatchObject([
    { outcome: 'quota_exhausted', code: 'quota_used_up', quota: { class: 'public', by: 'limit' } },
  ]);
});
