import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { VENDOR_NAMES, type Purpose, type VendorName } from '#libs/contracts';
import {
  CredentialStore,
  openSql,
  QuotaDayStore,
  QuotaStore,
  QuotaUpkeepStore,
  SecretBox,
  type Sql,
} from '#libs/database';
import { simulatedAccounts } from '#libs/simulated-vendors';
import { vendorOf } from '#libs/vendors';
import { runOffpush } from './cli.support.ts';
import { at, START, startFixture, type Answer, type Fixture } from './settings-api.support.ts';

/** 06:13:20 of 15 November in Shanghai. */
const DAY = '2023-11-15';
const RESETS_AT = Date.parse('2023-11-16T00:00:00+08:00');
const EVERY_MS = 30_000;

let fixture: Fixture;
let sql: Sql;
let quotas: QuotaStore;
let ledgerDays: QuotaDayStore;
beforeAll(async () => {
  fixture = await startFixture();
  sql = openSql(fixture.database.url, { poolSize: 2 });
  quotas = new QuotaStore(sql);
  ledgerDays = new QuotaDayStore(sql);
});
afterAll(async () => {
  await sql.close();
  await fixture.close();
});

const PATH = '/org1/app1/push/credentials';

async function putCredential(name: string, vendor: VendorName): Promise<number> {
  const { status, text } = await fixture.call('PUT', `${PATH}/${name}`, {
    body: { vendor, ...simulatedAccounts()[vendor].credential },
  });
  if (status !== 200) throw new Error(text);
  return (await credentialRow(name)).id;
}

async function credentialRow(name: string): Promise<{ id: number; version: string; quota: unknown }> {
  const statement = { name: 'credential', text: 'SELECT id, version, quota FROM credentials WHERE name = $1' };
  const [row] = await sql.run<{ id: number; version: string; quota: unknown }>(statement, [name]);
  if (row === undefined) throw new Error('no such credential');
  return row;
}

async function putSettings(name: string, body: unknown): Promise<Answer> {
  return await fixture.call('PUT', `${PATH}/${name}/quota`, { body });
}

async function quotaOf(credential: string, className: string): Promise<Record<string, unknown>> {
  const { status, body } = await fixture.call('GET', '/org1/app1/push/quotas');
  expect(status).toBe(200);
  const all = body['data'] as Record<string, unknown>[];
  const found = all.find((quota) => quota['credential'] === credential && quota['class'] === className);
  if (found === undefined) throw new Error('no such quota');
  return found;
}

/** As a sender does: takes pushes and, of these, says how many went out. */
async function lease(
  name: string,
  className: string,
  { need, used, own, purpose = 'chat', day = DAY }: Lease,
): Promise<string> {
  const { id, version } = await credentialRow(name);
  const leaseId = randomUUID();
  const answer = await quotas.lease({
    ...{ credentialId: id, version, class: className, day, resetsAt: RESETS_AT, purpose, leaseId, need },
    ...{ ownLimit: own, documentedLimit: null, shares: [0, 0, 0, 0], claimant: randomUUID(), most: 0, part: 32 },
    until: START + 60_000,
  });
  expect(answer).toMatchObject({ kind: 'leased', granted: need });
  const note = { name: 'use', text: 'UPDATE quota_leases SET used = $2 WHERE id = $1' };
  await sql.run(note, [leaseId, used]);
  return leaseId;
}

interface Lease {
  need: number;
  used: number;
  own: number | null;
  purpose?: Purpose;
  day?: string;
}

describe('quotas', () => {
  it.each(VENDOR_NAMES)('of %s are listed for every class, with zeros before the first push', async (vendor) => {
    await putCredential(`of-${vendor}`, vendor);
    const { body } = await fixture.call('GET', '/org1/app1/push/quotas');
    const listed = (body['data'] as Record<string, unknown>[]).filter((one) => one['credential'] === `of-${vendor}`);
    const { classes, timeZone } = vendorOf(vendor).quota;
    expect(listed.map((quota) => quota['class'])).toEqual(classes);
    for (const quota of listed) {
      expect(quota).toMatchObject({ vendor, timeZone, used: 0, reserved: 0, ratePerHour: 0, exhaustsAt: null });
    }
  });

  it('are what leases have used, what they hold, and what is left', async () => {
    await putCredential('counted', 'oppo');
    await putSettings('counted', { classes: { public: { perDay: 1_000, reserve: { chat: 0.25 } } } });
    await lease('counted', 'public', { need: 100, used: 30, own: 1_000 });
    await lease('counted', 'public', { need: 50, used: 50, own: 1_000, purpose: 'marketing' });
    await quotas.end([{ id: await lease('counted', 'public', { need: 20, used: 5, own: 1_000 }), used: 5 }]);
    expect(await quotaOf('counted', 'public')).toEqual({
      credential: 'counted',
      vendor: 'oppo',
      class: 'public',
      day: DAY,
      timeZone: 'Asia/Shanghai',
      limit: 1_000,
      limitSource: 'operator',
      used: 85,
      reserved: 70,
      left: 845,
      resetsAt: RESETS_AT,
      ratePerHour: 0,
      exhaustsAt: null,
      closedBy: null,
      perDevicePerDay: vendorOf('oppo').quota.limitsOf(
        'public',
        { newsLicence: false },
        vendorOf('oppo').credentialSchema.parse(simulatedAccounts().oppo.credential),
      ).perDevicePerDay,
      reserve: { chat: 0.25 },
      whenExhausted: ['other_channel', 'hold', 'drop'],
      ratePerSecond: expect.any(Number),
      rateUnit: 'targets',
    });
  });

  it('never show a lease as less than nothing, whatever a sender that fell silent may have sent', async () => {
    await putCredential('doubt', 'oppo');
    const id = await lease('doubt', 'public', { need: 10, used: 8, own: 100 });
    await sql.run({ name: 'doubt', text: 'UPDATE quota_leases SET doubted = 5 WHERE id = $1' }, [id]);
    expect(await quotaOf('doubt', 'public')).toMatchObject({ used: 10, reserved: 0 });
  });

  it('count what went out elsewhere, by the vendor’s own word', async () => {
    const credentialId = await putCredential('elsewhere', 'oppo');
    const day = { credentialId, class: 'public', day: DAY };
    await ledgerDays.noteStanding(
      day,
      RESETS_AT,
      { used: 400, limit: 500 },
      (await credentialRow('elsewhere')).version,
    );
    expect(await quotaOf('elsewhere', 'public')).toMatchObject({
      limit: 500,
      limitSource: 'vendor',
      used: 400,
      left: 100,
    });
    // The operator's own limit is of what goes out from here.
    await putSettings('elsewhere', { classes: { public: { perDay: 450 } } });
    expect(await quotaOf('elsewhere', 'public')).toMatchObject({ limit: 450, limitSource: 'operator', left: 450 });
  });

  it.each([
    ['what the vendor documents for so many users', { installedUsers: 1_000_000 }, 'documented', expect.any(Number)],
    ['not known without their number', {}, 'unknown', null],
    ['none, if the operator says so', { classes: { public: { perDay: null } } }, 'none', null],
    ['that of the operator', { installedUsers: 1_000_000, classes: { public: { perDay: 7 } } }, 'operator', 7],
  ])('have as their limit %s', async (_case, settings, limitSource, limit) => {
    await putCredential('limited', 'oppo');
    await putSettings('limited', settings);
    expect(await quotaOf('limited', 'public')).toMatchObject({ limit, limitSource, left: limit });
  });

  it('have no limit where the vendor documents none', async () => {
    await putCredential('apple', 'apns');
    const [className = ''] = vendorOf('apns').quota.classes;
    expect(await quotaOf('apple', className)).toMatchObject({ limit: null, limitSource: 'none', ratePerSecond: null });
  });

  it('are closed when the vendor says so', async () => {
    const credentialId = await putCredential('closed', 'oppo');
    await putSettings('closed', { classes: { public: { perDay: 100 } } });
    await ledgerDays.closeLate({ credentialId, class: 'public', day: DAY }, RESETS_AT, '33', START);
    expect(await quotaOf('closed', 'public')).toMatchObject({ closedBy: '33', left: 0, used: 0, exhaustsAt: START });
  });

  it('have a rate of use and a forecast', async () => {
    await putCredential('busy', 'oppo');
    await putSettings('busy', { classes: { public: { perDay: 1_000 } } });
    const upkeep = new QuotaUpkeepStore(sql);
    const id = await lease('busy', 'public', { need: 200, used: 50, own: 1_000 });
    await upkeep.sample(START - 60_000, EVERY_MS);
    await sql.run({ name: 'use', text: 'UPDATE quota_leases SET used = $2 WHERE id = $1' }, [id, 110]);
    await upkeep.sample(START, EVERY_MS);
    expect(await quotaOf('busy', 'public')).toMatchObject({
      ratePerHour: 3_600,
      exhaustsAt: START + 890_000,
      left: 800,
    });
  });

  it('begin anew when the vendor’s day does, and not before', async () => {
    await putCredential('midnight', 'oppo');
    await putSettings('midnight', { classes: { public: { perDay: 100 } } });
    await lease('midnight', 'public', { need: 40, used: 40, own: 100 });
    fixture.clock.set(new Date(RESETS_AT - 1));
    expect(await quotaOf('midnight', 'public')).toMatchObject({ day: DAY, used: 40 });
    fixture.clock.set(new Date(RESETS_AT));
    expect(await quotaOf('midnight', 'public')).toMatchObject({
      day: '2023-11-16',
      used: 0,
      left: 100,
      resetsAt: RESETS_AT + 86_400_000,
    });
    fixture.clock.set(new Date(START));
  });
});

describe('quota settings', () => {
  beforeEach(async () => {
    await putCredential('set', 'oppo');
    await putSettings('set', {});
  });

  const DEFAULTS = {
    newsLicence: false,
    whenExhausted: ['other_channel', 'hold', 'drop'],
    thresholds: [0.8, 1],
    classes: {},
  };

  it('have defaults', async () => {
    expect((await fixture.call('GET', `${PATH}/set/quota`)).body['data']).toEqual(DEFAULTS);
  });

  it('are replaced as a whole', async () => {
    const settings = {
      timeZone: 'Asia/Kolkata',
      installedUsers: 5,
      newsLicence: true,
      ratePerSecond: null,
      whenExhausted: ['lower_class', 'drop'],
      thresholds: [0.5],
      classes: {
        private: {
          perDay: null,
          perDevicePerDay: 3,
          reserve: { chat: 0.5, call: 0.5 },
          whenExhausted: ['lower_class'],
        },
        public: { perDay: 0 },
      },
    };
    expect(await putSettings('set', settings)).toMatchObject({ status: 200, body: { data: settings } });
    expect((await fixture.call('GET', `${PATH}/set/quota`)).body['data']).toEqual(settings);
    await putSettings('set', { installedUsers: 6 });
    expect((await fixture.call('GET', `${PATH}/set/quota`)).body['data']).toEqual({ ...DEFAULTS, installedUsers: 6 });
  });

  it.each([
    ['timeZone', { timeZone: 'Mars/Olympus' }],
    ['timeZone', { timeZone: '+08:00' }],
    ['timeZone', { timeZone: 8 }],
    ['classes.system', { classes: { system: {} } }],
    ['classes.public.perDay', { classes: { public: { perDay: -1 } } }],
    ['classes.public.reserve', { classes: { public: { reserve: { chat: 0.6, call: 0.5 } } } }],
    ['classes.public.reserve.fun', { classes: { public: { reserve: { fun: 0.5 } } } }],
    ['classes.public.whenExhausted', { classes: { public: { whenExhausted: [] } } }],
    ['whenExhausted', { whenExhausted: ['drop', 'drop'] }],
    ['whenExhausted.0', { whenExhausted: ['explode'] }],
    ['whenExhausted.1', { whenExhausted: ['drop', 'hold'] }],
    ['thresholds.1', { thresholds: [0.5, 1.01] }],
    ['thresholds.0', { thresholds: [0] }],
    ['thresholds.0', { thresholds: [0.123] }],
    ['thresholds', { thresholds: [0.5, 0.5] }],
    ['ratePerSecond', { ratePerSecond: 0 }],
    ['installedUsers', { installedUsers: '5' }],
    ['perDay', { perDay: 5 }],
  ])('are refused for a bad %s, and nothing changes', async (field, body) => {
    await putSettings('set', { installedUsers: 4 });
    const before = await credentialRow('set');
    const answer = await putSettings('set', body);
    expect([answer.status, answer.body['error_description']]).toEqual([400, `parameters is invalid : ${field}`]);
    expect(await credentialRow('set')).toEqual(before);
  });

  it.each(['GET', 'PUT'])('of a credential that there is not: %s gets 404', async (method) => {
    const answer = await fixture.call(method, `${PATH}/nobody/quota`, method === 'PUT' ? { body: {} } : {});
    expect(answer.status).toBe(404);
    expect(answer.body['error_description']).toBe('Service resource not found : credential nobody');
  });

  it('give the credential a new version and come with it to the senders', async () => {
    const before = await credentialRow('set');
    await putSettings('set', { installedUsers: 9 });
    const { version } = await credentialRow('set');
    expect(version).not.toBe(before.version);
    const [opened] = await new CredentialStore(sql, new SecretBox(fixture.environment.SECRET_KEYS)).open(
      fixture.app.id,
      [before.id],
    );
    expect(opened).toMatchObject({ version, quota: { ...DEFAULTS, installedUsers: 9 } });
  });

  it('stay when the credential is replaced, unless it is then another vendor’s', async () => {
    await putSettings('set', { classes: { public: { perDay: 9 } } });
    await putCredential('set', 'oppo');
    expect(at((await fixture.call('GET', `${PATH}/set/quota`)).body, 'data', 'classes')).toEqual({
      public: { perDay: 9 },
    });
    await putCredential('set', 'vivo');
    expect((await fixture.call('GET', `${PATH}/set/quota`)).body['data']).toEqual(DEFAULTS);
  });

  it('open what the vendor had closed today, and put the new limits into the ledger at once', async () => {
    const credentialId = await putCredential('bought', 'oppo');
    await lease('bought', 'public', { need: 10, used: 10, own: 10 });
    await ledgerDays.closeLate({ credentialId, class: 'public', day: DAY }, RESETS_AT, '33', START);
    await ledgerDays.closeLate(
      { credentialId, class: 'public', day: '2023-11-14' },
      RESETS_AT - 86_400_000,
      '33',
      START,
    );
    await putSettings('bought', { classes: { public: { perDay: 20 } } });
    expect(await quotaOf('bought', 'public')).toMatchObject({ closedBy: null, limit: 20, used: 10, left: 10 });
    const days = await sql.run<object>(
      {
        name: 'days',
        text: 'SELECT day::text, own_limit, closed_code FROM quota_days WHERE credential_id = $1 ORDER BY day',
      },
      [credentialId],
    );
    expect(days).toEqual([
      { day: '2023-11-14', own_limit: null, closed_code: '33' },
      { day: DAY, own_limit: 20, closed_code: null },
    ]);
  });

  it('forget what the vendor has said when the credential is replaced, and all of it when that is another vendor’s', async () => {
    const credentialId = await putCredential('replaced', 'oppo');
    const held = await lease('replaced', 'public', { need: 10, used: 4, own: null });
    await lease('replaced', 'public', { need: 6, used: 6, own: null });
    const day = { credentialId, class: 'public', day: DAY };
    const { version } = await credentialRow('replaced');
    await ledgerDays.noteStanding(day, RESETS_AT, { used: 400, limit: 500 }, version);
    await ledgerDays.closeLate(day, RESETS_AT, '33', START);
    await putCredential('replaced', 'oppo');
    expect(await quotaOf('replaced', 'public')).toMatchObject({ closedBy: null, limit: null, used: 10 });
    // What is still heard of the one before says nothing of this one.
    await ledgerDays.noteStanding(day, RESETS_AT, { used: 500, limit: 500 }, version);
    expect(await quotaOf('replaced', 'public')).toMatchObject({ limit: null, used: 10 });
    // A lease of the former vendor's class gives nothing back to this one's of the same name.
    await putCredential('replaced', 'meizu');
    await lease('replaced', 'public', { need: 5, used: 5, own: 100 });
    await quotas.end([{ id: held, used: 4 }]);
    expect(await quotaOf('replaced', 'public')).toMatchObject({ used: 5 });
  });

  it('move the end of the day with the zone; what was counted stays with its date', async () => {
    await putCredential('moved', 'oppo');
    await lease('moved', 'public', { need: 10, used: 10, own: 100 });
    // It is still the 14th in New York.
    await putSettings('moved', { timeZone: 'America/New_York', classes: { public: { perDay: 100 } } });
    expect(await quotaOf('moved', 'public')).toMatchObject({
      day: '2023-11-14',
      used: 0,
      resetsAt: Date.parse('2023-11-15T00:00:00-05:00'),
    });
    fixture.clock.set('2023-11-15T00:00:00-05:00');
    expect(await quotaOf('moved', 'public')).toMatchObject({
      day: DAY,
      used: 10,
      resetsAt: Date.parse('2023-11-16T00:00:00-05:00'),
    });
    fixture.clock.set(new Date(START));
  });
});

describe('offpush quota', () => {
  it('shows a table of one app, or of all', async () => {
    const { base, token } = await fixture.createApp('shown', 'chat');
    await fixture.call('PUT', `${base}/push/credentials/oppo`, {
      body: { vendor: 'oppo', ...simulatedAccounts().oppo.credential },
      token,
    });
    const path = `${base}/push/credentials/oppo/quota`;
    await fixture.call('PUT', path, { body: { classes: { public: { perDay: 12_000 } } }, token });
    const one = await runOffpush(fixture.database.url, ['quota', 'shown/chat']);
    expect(one).toEqual({
      code: 0,
      err: '',
      out: [
        'app         credential  class    limit  used  reserved   left  per hour  exhausted  resets',
        'shown/chat  oppo        private   none     0         0      -         0  -          2023-11-15T16:00:00Z',
        'shown/chat  oppo        public   12000     0         0  12000         0  -          2023-11-15T16:00:00Z',
      ].join('\n'),
    });
    const all = (await runOffpush(fixture.database.url, ['quota'])).out;
    expect(all).toMatch(/^shown\/chat /m);
    expect(all).toMatch(/^org1\/app1 +closed +public +100 +0 +0 +0 +0 +now, by 33 /m);
  });

  it('says that there is no such app', async () => {
    expect(await runOffpush(fixture.database.url, ['quota', 'no/such'])).toMatchObject({ code: 1 });
  });
});
