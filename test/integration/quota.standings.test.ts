import { quotaSettingsSchema } from '#libs/contracts';
import { QuotaDayStore } from '#libs/database';
import { vendorDay } from '#libs/quota';
import { waitFor } from '#libs/testing';
import { vendorOf } from '#libs/vendors';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UsableCredential } from '../../apps/sender/src/credential-cache.ts';
import { Standings } from '../../apps/sender/src/standings.ts';
import { xiaomi } from './support/batch-drivers/xiaomi.ts';
import { openInstallation, type Installation } from './support/installation.ts';
import { NOTIFICATION, vendorBench } from './support/vendor-bench.ts';

const MINUTE = 60_000;

describe('what Xiaomi says of how the day stands', () => {
  const bench = vendorBench('xiaomi', xiaomi);
  let installation: Installation;
  let days: QuotaDayStore;

  beforeAll(async () => {
    installation = await openInstallation();
    days = new QuotaDayStore(installation.sql);
  });
  afterAll(async () => await installation.close());

  async function newCredential(): Promise<UsableCredential> {
    const app = await installation.newApp();
    const given = { vendor: 'xiaomi', fields: {}, secrets: {} } as const;
    const { credential } = await installation.credentials.put(app.id, 'mi', given, bench.clock.date());
    const { id, version, name } = credential;
    const value = vendorOf('xiaomi').credentialSchema.parse(xiaomi.credential);
    return { id, version, name, loaded: { cacheKey: `${id}:${version}`, value }, quota: quotaSettingsSchema.parse({}) };
  }

  function newStandings(): { standings: Standings; reconsidered: string[] } {
    const reconsidered: string[] = [];
    const standings = new Standings({
      days,
      ledger: { reconsider: (_, className) => reconsidered.push(className) },
      senders: new Map([['xiaomi', bench.sender]]),
      now: bench.clock.now,
      onError: (error) => {
        throw error;
      },
    });
    standings.close();
    return { standings, reconsidered };
  }

  /** A day on which something was sent. */
  async function openDay({ id }: UsableCredential): Promise<void> {
    const { day, resetsAt } = vendorDay('Asia/Shanghai', bench.clock.now());
    await days.add({ credentialId: id, class: 'public', day }, resetsAt, 'marketing', 1);
  }

  async function known({ id }: UsableCredential): Promise<{ limit: number | null; elsewhere: number }> {
    const [row] = await installation.dataSource.query<{ vendor_limit: number | null; elsewhere: number }[]>(
      "SELECT vendor_limit, elsewhere FROM quota_days WHERE credential_id = $1 AND class = 'public'",
      [id],
    );
    return { limit: row?.vendor_limit ?? null, elsewhere: row?.elsewhere ?? 0 };
  }

  /** What answers to pushes have said today. */
  async function hear(
    { standings }: { standings: Standings },
    credential: UsableCredential,
    limit: number,
  ): Promise<void> {
    const notification = { ...NOTIFICATION, purpose: 'marketing' } as const;
    standings.hear('xiaomi', credential, notification, { used: 1, limit });
    await waitFor(async () => (await known(credential)).limit === limit, { what: 'the standing to be written down' });
  }

  async function sendWithoutUs(count: number, { loaded }: UsableCredential): Promise<void> {
    const request = { jobId: 'job', credential: loaded, targets: bench.targets(count) };
    await bench.sender.send({ ...request, notification: { ...NOTIFICATION, purpose: 'marketing' } }, () => undefined);
  }

  const timesAsked = (): number => bench.counters().calls['quota'] ?? 0;

  it('is asked for by one of several senders every ten minutes, for credentials in use', async () => {
    const credential = await newCredential();
    await openDay(credential);
    const [one, other] = [newStandings(), newStandings()];
    await hear(one, credential, 20_000);
    await sendWithoutUs(7, credential);
    await one.standings.ask();
    expect(await known(credential)).toEqual({ limit: 20_000, elsewhere: 0 });
    for (const { standings } of [one, other]) standings.use('xiaomi', credential);
    await Promise.all([one.standings.ask(), other.standings.ask()]);
    expect(await known(credential)).toEqual({ limit: 20_000, elsewhere: 6 });

    await sendWithoutUs(4, credential);
    bench.clock.advance(9 * MINUTE);
    await one.standings.ask();
    expect((await known(credential)).elsewhere).toBe(6);
    bench.clock.advance(MINUTE);
    await one.standings.ask();
    expect(await known(credential)).toEqual({ limit: 20_000, elsewhere: 10 });
  });

  it('forgets what went out elsewhere when the vendor’s day begins anew before ours does', async () => {
    const credential = await newCredential();
    await openDay(credential);
    const { day, resetsAt } = vendorDay('Asia/Shanghai', bench.clock.now());
    const key = { credentialId: credential.id, class: 'public', day };
    const told: [used: number, elsewhere: number][] = [
      [18_000, 17_999],
      // Answers overtake each other.
      [17_500, 17_999],
      [20_000, 19_999],
      [40, 39],
      [30, 39],
    ];
    for (const [used, elsewhere] of told) {
      await days.noteStanding(key, resetsAt, { used, limit: 20_000 }, credential.version);
      expect(await known(credential)).toEqual({ limit: 20_000, elsewhere });
    }
    await days.notePolled(key, { used: 3, limit: 20_000 }, credential.version);
    expect(await known(credential)).toEqual({ limit: 20_000, elsewhere: 2 });
  });

  it.each<[string, number | null, { limit: number | null; elsewhere: number }]>([
    ['opens a class again that has nothing left', 1, { limit: 20_000, elsewhere: 0 }],
    ['raises no limit that is not used up: answers will tell', 15_000, { limit: 15_000, elsewhere: 0 }],
    ['does not lower it: it may be of another quota', 100_000, { limit: 100_000, elsewhere: 0 }],
    ['sets none where answers have told none', null, { limit: null, elsewhere: 0 }],
  ])('%s, when it is asked for', async (_, told, expected) => {
    const credential = await newCredential();
    await openDay(credential);
    const one = newStandings();
    if (told !== null) await hear(one, credential, told);
    await sendWithoutUs(7, credential);
    one.standings.use('xiaomi', credential);
    await one.standings.ask();
    expect(timesAsked()).toBe(1);
    expect(await known(credential)).toEqual(expected);
  });

  it('is not believed about the change of the day: it may be of the day before', async () => {
    const credential = await newCredential();
    const one = newStandings();
    const notification = { ...NOTIFICATION, purpose: 'marketing' } as const;
    const { resetsAt } = vendorDay('Asia/Shanghai', bench.clock.now());
    bench.clock.set(new Date(resetsAt));
    await openDay(credential);
    one.standings.hear('xiaomi', credential, notification, { used: 20_000, limit: 20_000 });
    await sendWithoutUs(7, credential);
    one.standings.use('xiaomi', credential);
    await one.standings.ask();
    expect(await known(credential)).toEqual({ limit: null, elsewhere: 0 });
    bench.clock.advance(5 * MINUTE);
    await hear(one, credential, 20_000);
  });

  it('is not asked for where nothing was sent today, or for a vendor that cannot be asked', async () => {
    const credential = await newCredential();
    const { standings } = newStandings();
    standings.use('xiaomi', credential);
    standings.use('fcm', credential);
    await standings.ask();
    expect(timesAsked()).toBe(0);
  });

  it('is not asked for any more an hour after the credential was used', async () => {
    const credential = await newCredential();
    await openDay(credential);
    const { standings } = newStandings();
    standings.use('xiaomi', credential);
    bench.clock.advance(60 * MINUTE);
    await standings.ask();
    expect(timesAsked()).toBe(0);
  });
});
