import { randomUUID } from 'node:crypto';
import type { Purpose } from '#libs/contracts';
import { QuotaDayStore, QuotaStore, SendStore, type QuotaDay } from '#libs/database';
import { QuotaLedger, vendorDay, type DrawTerms, type QuotaKey } from '#libs/quota';
import { manualClock } from '#libs/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openInstallation, type Installation } from './support/installation.ts';

const LEASE_MS = 30_000;
const QUIET_MS = 10_000;
const ZONE = 'Asia/Shanghai';
/** An hour before the day ends in Shanghai. */
const clock = manualClock('2026-03-01T15:00:00Z');

let installation: Installation;
let store: QuotaStore;
let days: QuotaDayStore;
const ledgers = new Set<QuotaLedger>();

beforeAll(async () => {
  installation = await openInstallation();
  store = new QuotaStore(installation.sql);
  days = new QuotaDayStore(installation.sql);
});
afterEach(async () => {
  for (const ledger of ledgers) await ledger.close();
  ledgers.clear();
});
afterAll(async () => await installation.close());

function newLedger(claimant = randomUUID()): QuotaLedger {
  const onError = (error: unknown): void => {
    throw error;
  };
  const ledger = new QuotaLedger({
    store,
    days,
    claimant,
    leaseMs: LEASE_MS,
    quietMs: QUIET_MS,
    now: clock.now,
    onError,
  });
  ledgers.add(ledger);
  return ledger;
}

/** A credential and the class `public` of it. */
async function newKey(purpose: Purpose = 'chat'): Promise<QuotaKey> {
  const app = await installation.newApp();
  const given = { vendor: 'oppo', fields: {}, secrets: {} } as const;
  const { credential } = await installation.credentials.put(app.id, 'oppo', given, clock.date());
  return { credentialId: credential.id, version: credential.version, class: 'public', purpose };
}

async function newVersion({ credentialId }: QuotaKey): Promise<string> {
  const version = randomUUID();
  await installation.dataSource.query('UPDATE credentials SET version = $2 WHERE id = $1', [credentialId, version]);
  return version;
}

function terms(limit: number | null, changes: Partial<DrawTerms> = {}): DrawTerms {
  return { ...vendorDay(ZONE, clock.now()), ownLimit: limit, documentedLimit: null, shares: [0, 0, 0, 0], ...changes };
}

function dayOf({ credentialId, class: name }: QuotaKey, { day }: DrawTerms): QuotaDay {
  return { credentialId, class: name, day };
}

/** What the ledger has given away today, and what of it nobody has used. */
async function standing(key: QuotaKey, day = terms(null).day): Promise<{ taken: number; unspent: number }> {
  const [row] = await installation.dataSource.query<{ taken: string | null; unspent: string }[]>(
    `SELECT (SELECT sum(t) FROM quota_days d, unnest(d.taken) AS t
             WHERE d.credential_id = $1 AND d.class = $2 AND d.day = $3::date) AS taken,
            (SELECT coalesce(sum(granted - used - doubted), 0) FROM quota_leases
             WHERE credential_id = $1 AND class = $2 AND day = $3::date) AS unspent`,
    [key.credentialId, key.class, day],
  );
  return { taken: Number(row?.taken ?? 0), unspent: Number(row?.unspent) };
}

/** Draws and counts all that was given. */
async function use(ledger: QuotaLedger, key: QuotaKey, at: DrawTerms, count: number): Promise<number> {
  const draw = await ledger.draw(key, at, count);
  for (let index = 0; index < draw.granted; index += 1) draw.settle(true);
  return draw.granted;
}

describe('a quota', () => {
  it('is used to the last push and not beyond by any number of senders', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3_000 }),
        fc.array(fc.tuple(fc.nat({ max: 7 }), fc.integer({ min: 1, max: 400 }), fc.nat({ max: 3 })), {
          minLength: 20,
          maxLength: 60,
        }),
        async (limit, draws) => {
          const key = await newKey();
          const at = terms(limit);
          const senders = Array.from({ length: 8 }, () => newLedger());
          let counted = 0;
          const run = async ([sender, count, refuseEvery]: (typeof draws)[number]): Promise<void> => {
            const ledger = senders[sender] ?? newLedger();
            const draw = await ledger.draw(key, at, count);
            for (let index = 0; index < draw.granted; index += 1) {
              const counts = refuseEvery === 0 || index % (refuseEvery + 1) !== 0;
              draw.settle(counts);
              if (counts) counted += 1;
            }
          };
          await Promise.all(draws.map(run));
          expect(counted).toBeLessThanOrEqual(limit);
          // What some hold and others need comes back when they are idle.
          for (let round = 0; counted < limit && round < 50; round += 1) {
            clock.advance(1_100);
            for (const ledger of senders) await flush(ledger);
            const used = await Promise.all(senders.map(async (ledger) => await use(ledger, key, at, 100)));
            counted += used.reduce((sum, count) => sum + count, 0);
            expect(counted).toBeLessThanOrEqual(limit);
          }
          expect(counted).toBe(limit);
          for (const ledger of senders) await ledger.close();
          expect(await standing(key)).toEqual({ taken: limit, unspent: 0 });
        },
      ),
      { numRuns: 8 },
    );
    clock.set('2026-03-01T15:00:00Z');
  }, 60_000);

  it('is leased in blocks that shrink as it runs out', async () => {
    const key = await newKey();
    const at = terms(32_000);
    const ledger = newLedger();
    const blocks: number[] = [];
    for (let left = 32_000; left > 0; left = 32_000 - (await standing(key)).taken) {
      const before = await standing(key);
      await use(ledger, key, at, 1);
      const { taken } = await standing(key);
      if (taken > before.taken) blocks.push(taken - before.taken);
      await use(ledger, key, at, Math.max(1, taken - before.taken - 1));
    }
    expect(blocks[0]).toBe(1_000);
    expect(blocks.every((size, index) => index === 0 || size <= (blocks[index - 1] ?? 0))).toBe(true);
    expect(blocks.at(-1)).toBe(1);
    // Far fewer statements than pushes.
    expect(blocks.length).toBeLessThan(300);
  });

  it('that others hold is not taken for used up', async () => {
    const key = await newKey();
    const at = terms(10);
    const [one, other] = [newLedger(), newLedger()];
    const held = await one.draw(key, at, 10);
    expect(await other.draw(key, at, 1)).toMatchObject({ granted: 0, short: { kind: 'leased' } });
    for (let index = 0; index < held.granted; index += 1) held.settle(index > 2);
    clock.advance(1_100);
    await flush(one);
    expect(await use(other, key, at, 5)).toBe(3);
    clock.advance(1_100);
    await flush(other);
    expect(await other.draw(key, at, 1)).toMatchObject({ granted: 0, short: { kind: 'exhausted', by: 'limit' } });
  });

  it('without a limit is counted all the same', async () => {
    const key = await newKey();
    const ledger = newLedger();
    expect(await use(ledger, key, terms(null), 5_000)).toBe(5_000);
    await ledger.close();
    expect(await standing(key)).toEqual({ taken: 5_000, unspent: 0 });
  });

  it.each([
    ['the operator’s', { ownLimit: 7 }, undefined, 7],
    ['the documented one until the vendor has said', { documentedLimit: 5 }, undefined, 5],
    ['the vendor’s over the documented one', { documentedLimit: 5 }, { used: 0, limit: 9 }, 9],
    ['the operator’s over the vendor’s', { ownLimit: 7 }, { used: 0, limit: 3 }, 7],
    ['less by what went out elsewhere', {}, { used: 4, limit: 9 }, 5],
    ['the operator’s of what goes out from here alone', { ownLimit: 7 }, { used: 4, limit: 9 }, 7],
  ])('has one limit: %s', async (_name, limits, said, limit) => {
    const key = await newKey();
    const at = terms(null, limits);
    if (said !== undefined) await days.noteStanding(dayOf(key, at), at.resetsAt, said, key.version);
    expect(await use(newLedger(), key, at, 20)).toBe(limit);
  });

  it('keeps shares for purposes that others cannot use up', async () => {
    const key = await newKey();
    const at = terms(100, { shares: [0.3, 0.1, 0, 0] });
    const ledger = newLedger();
    expect(await use(ledger, { ...key, purpose: 'marketing' }, at, 100)).toBe(60);
    expect(await use(ledger, { ...key, purpose: 'call' }, at, 100)).toBe(10);
    expect(await use(ledger, { ...key, purpose: 'system' }, at, 100)).toBe(0);
    expect(await use(ledger, key, at, 100)).toBe(30);
  });

  it('is used up for a purpose when only kept shares are left, though others hold some of theirs', async () => {
    const key = await newKey();
    const at = terms(1_000, { shares: [0.5, 0, 0, 0] });
    const [chats, campaigns] = [newLedger(), newLedger()];
    await chats.draw(key, at, 1);
    const marketing: QuotaKey = { ...key, purpose: 'marketing' };
    expect(await use(campaigns, marketing, at, 1_000)).toBe(500);
    clock.advance(600);
    expect(await campaigns.draw(marketing, at, 1)).toMatchObject({ short: { kind: 'exhausted', by: 'limit' } });
    clock.set('2026-03-01T15:00:00Z');
  });

  it('lets a purpose with a share of its own take of the rest as well', async () => {
    const key = await newKey();
    const at = terms(100, { shares: [0.3, 0.1, 0, 0] });
    const ledger = newLedger();
    expect(await use(ledger, key, at, 100)).toBe(90);
    expect(await use(ledger, { ...key, purpose: 'call' }, at, 100)).toBe(10);
  });
});

/** Stores what was used, as senders do with their outcomes. */
async function storeUses(ledger: QuotaLedger): Promise<void> {
  const uses = ledger.unstored();
  await new SendStore(installation.sql).record(randomUUID(), [], [], uses, clock.now());
  ledger.stored(uses);
}

/** The same, and looks after leases. */
async function flush(ledger: QuotaLedger): Promise<void> {
  await storeUses(ledger);
  await ledger.sweep();
}

describe('a limit', () => {
  it('that is lowered holds for what is drawn from then on', async () => {
    const key = await newKey();
    const ledger = newLedger();
    expect(await use(ledger, key, terms(10_000), 400)).toBe(400);
    const lowered = { ...key, version: await newVersion(key) };
    expect(await ledger.draw(key, terms(10_000), 5_000)).toMatchObject({ short: { kind: 'stale' } });
    expect(await use(ledger, lowered, terms(300), 1)).toBe(0);
  });

  it('that is just being changed gives nothing away under the old one', async () => {
    const key = await newKey();
    const ledger = newLedger();
    expect(await use(ledger, key, terms(10), 10)).toBe(10);
    const drawing: Promise<unknown>[] = [];
    await installation.sql.transaction(async (runner) => {
      const text = 'UPDATE credentials SET version = gen_random_uuid() WHERE id = $1';
      await runner.run({ name: 'change-credential', text }, [key.credentialId]);
      drawing.push(newLedger().draw(key, terms(1_000), 1));
      const waiting = {
        name: 'waiting',
        text: `SELECT count(*)::int AS count FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      };
      for (let count = 0; count === 0;) [{ count } = { count: 0 }] = await runner.run<{ count: number }>(waiting, []);
    });
    expect(await Promise.all(drawing)).toMatchObject([{ granted: 0, short: { kind: 'stale' } }]);
  });

  it('that is changed ends leases that others have at their next renewal', async () => {
    const key = await newKey();
    const other = newLedger();
    await use(other, key, terms(null), 1);
    const changed = { ...key, version: await newVersion(key) };
    // As much as there would be if the other gave back what it does not need.
    expect(await newLedger().draw(changed, terms(5), 1)).toMatchObject({ granted: 0, short: { kind: 'leased' } });
    clock.advance(LEASE_MS / 3);
    await flush(other);
    await flush(other);
    expect(await use(newLedger(), changed, terms(5), 5)).toBe(4);
    clock.set('2026-03-01T15:00:00Z');
  });

  it('that is raised is there at once', async () => {
    const key = await newKey();
    const ledger = newLedger();
    expect(await use(ledger, key, terms(10), 50)).toBe(10);
    const raised = { ...key, version: await newVersion(key) };
    expect(await use(ledger, raised, terms(30), 50)).toBe(20);
  });

  it('that the vendor sees earlier ends leases that others have at their next renewal', async () => {
    const key = await newKey();
    const at = terms(1_000);
    const [one, other] = [newLedger(), newLedger()];
    expect(await use(other, key, at, 1)).toBe(1);
    await one.exhaust(key, at, '33');
    clock.advance(LEASE_MS / 3);
    expect(await use(other, key, at, 1)).toBe(1);
    await other.sweep();
    expect(await other.draw(key, at, 1)).toMatchObject({ granted: 0, short: { kind: 'exhausted', by: 'vendor' } });
    clock.set('2026-03-01T15:00:00Z');
  });

  it('of a credential that is gone gives nothing', async () => {
    const key = await newKey();
    await installation.dataSource.query('DELETE FROM credentials WHERE id = $1', [key.credentialId]);
    expect(await newLedger().draw(key, terms(10), 1)).toMatchObject({ granted: 0, short: { kind: 'stale' } });
  });

  it('that the vendor sees earlier closes the class for all senders until the reset', async () => {
    const key = await newKey();
    const at = terms(1_000);
    const [one, other] = [newLedger(), newLedger()];
    expect(await use(one, key, at, 10)).toBe(10);
    await one.exhaust(key, at, '33');
    const closed = { granted: 0, short: { kind: 'exhausted', by: 'vendor' } };
    expect(await one.draw(key, at, 1)).toMatchObject(closed);
    expect(await other.draw(key, at, 1)).toMatchObject(closed);
    clock.set(new Date(at.resetsAt));
    expect(await use(one, key, terms(1_000), 10)).toBe(10);
    expect(await use(other, key, terms(1_000), 10)).toBe(10);
    clock.set('2026-03-01T15:00:00Z');
  });
});

describe('a day', () => {
  afterEach(() => clock.set('2026-03-01T15:00:00Z'));

  it('begins with a whole quota at midnight in the vendor’s zone', async () => {
    const key = await newKey();
    const ledger = newLedger();
    expect(await use(ledger, key, terms(10), 20)).toBe(10);
    clock.set('2026-03-01T15:49:59.999Z');
    expect(await use(ledger, key, terms(10), 20)).toBe(0);
    clock.set('2026-03-01T16:00:00Z');
    expect(await use(ledger, key, terms(10), 20)).toBe(10);
    expect((await standing(key, '2026-03-01')).taken).toBe(10);
    expect((await standing(key, '2026-03-02')).taken).toBe(10);
  });

  it.each([
    ['has 23 hours when summer time begins', '2026-03-28T23:00:00Z', 23],
    ['has 25 hours when it ends', '2026-10-24T22:00:00Z', 25],
  ])('%s', async (_name, midnight, hours) => {
    const key = await newKey();
    const ledger = newLedger();
    const inBerlin = (): DrawTerms => ({ ...terms(10), ...vendorDay('Europe/Berlin', clock.now()) });
    clock.set(midnight);
    expect(await use(ledger, key, inBerlin(), 20)).toBe(10);
    clock.advance(hours * 3_600_000 - 1);
    expect(await use(ledger, key, inBerlin(), 20)).toBe(0);
    clock.advance(1);
    expect(await use(ledger, key, inBerlin(), 20)).toBe(10);
  });

  it('counts pushes of the day before that the vendor took on it', async () => {
    const key = await newKey();
    const ledger = newLedger();
    const draw = await ledger.draw(key, terms(10), 4);
    clock.set('2026-03-01T16:00:00.100Z');
    for (let index = 0; index < draw.granted; index += 1) {
      draw.settle(true);
      ledger.countLate(key, terms(10));
    }
    await flush(ledger);
    expect(await use(ledger, key, terms(10), 20)).toBe(6);
  });

  it('ends with a pause in which nothing goes out that the next one might count, but where there is no limit', async () => {
    const key = await newKey();
    const ledger = newLedger();
    clock.set('2026-03-01T15:59:49.999Z');
    expect(await use(ledger, key, terms(10), 1)).toBe(1);
    clock.set('2026-03-01T15:59:50Z');
    const at = Date.parse('2026-03-01T16:00:00Z');
    expect(await ledger.draw(key, terms(10), 1)).toMatchObject({ granted: 0, short: { kind: 'day_ends', at } });
    expect(await use(ledger, await newKey(), terms(null), 1)).toBe(1);
    clock.set('2026-03-01T16:00:00Z');
    expect(await use(ledger, key, terms(10), 10)).toBe(10);
  });

  it('takes nothing of what was leased on the day before', async () => {
    const key = await newKey();
    const ledger = newLedger();
    const yesterday = terms(1_000);
    await use(ledger, key, yesterday, 1);
    clock.set('2026-03-01T16:00:00Z');
    expect(await ledger.draw(key, yesterday, 1)).toMatchObject({ granted: 0, short: { kind: 'stale' } });
    await flush(ledger);
    expect(await standing(key, '2026-03-01')).toEqual({ taken: 1, unspent: 0 });
  });
});

describe('what a sender has leased', () => {
  async function claimedBatch(claimant: string): Promise<number> {
    const [row] = await installation.dataSource.query<{ id: string }[]>(
      `INSERT INTO send_batches (app_id, vendor, due_at, claimed_by, claimed_until)
       VALUES (1, 'oppo', now(), $1, to_timestamp($2::float8 / 1000)) RETURNING id`,
      [claimant, clock.now() + LEASE_MS],
    );
    return Number(row?.id);
  }

  afterEach(() => clock.set('2026-03-01T15:00:00Z'));

  it('of a quota without a limit goes back after a minute', async () => {
    const key = await newKey();
    const ledger = newLedger();
    await use(ledger, key, terms(null), 1);
    for (let elapsed = 0; elapsed < 50_000; elapsed += 5_000) {
      clock.advance(5_000);
      await flush(ledger);
    }
    expect((await standing(key)).unspent).toBeGreaterThan(0);
    clock.advance(10_000);
    await flush(ledger);
    expect(await standing(key)).toEqual({ taken: 1, unspent: 0 });
  });

  it('goes back when it is idle, and when the sender stops', async () => {
    const key = await newKey();
    const ledger = newLedger();
    await use(ledger, key, terms(32_000), 1);
    expect(await standing(key)).toEqual({ taken: 1_000, unspent: 1_000 });
    clock.advance(1_100);
    await flush(ledger);
    expect(await standing(key)).toEqual({ taken: 1, unspent: 0 });
    await use(ledger, key, terms(32_000), 1);
    await ledger.close();
    expect(await standing(key)).toEqual({ taken: 2, unspent: 0 });
  });

  it('comes back after a crash but for what may have gone out', async () => {
    const key = await newKey();
    const at = terms(1_000);
    const dead = randomUUID();
    const batch = await claimedBatch(dead);
    const crashed = newLedger(dead);
    expect(await use(crashed, key, at, 20)).toBe(20);
    await storeUses(crashed);
    await crashed.draw(key, at, 200);

    const other = newLedger();
    clock.advance(LEASE_MS + 1);
    await other.sweep();
    // Not before it is known what its batch had under way.
    expect(await use(other, key, at, 1_000)).toBe(780);
    expect((await standing(key)).unspent).toBeGreaterThanOrEqual(200);
    await new SendStore(installation.sql).claim(batch, randomUUID(), clock.now(), clock.now() + LEASE_MS, async () => {
      return await Promise.resolve([{ credentialId: key.credentialId, class: key.class, purpose: 'chat', count: 150 }]);
    });
    await flush(other);
    clock.advance(LEASE_MS);
    await other.sweep();
    expect(await use(other, key, at, 1_000)).toBe(50);
    expect((await standing(key)).taken).toBe(1_000);
  });

  it('does not go back before it is stored what it was used for', async () => {
    const key = await newKey();
    const ledger = newLedger();
    await use(ledger, key, terms(32_000), 1);
    const uses = ledger.unstored();
    clock.advance(1_100);
    await ledger.sweep();
    expect((await standing(key)).taken).toBe(1_000);
    // It could not be stored: it is still to be.
    expect(ledger.unstored()).toEqual(uses);
    await flush(ledger);
    expect(await standing(key)).toEqual({ taken: 1, unspent: 0 });
  });

  it('and does not know of, since the answer was lost, comes back though the sender is busy', async () => {
    const key = await newKey();
    const at = terms(1_000);
    const claimant = randomUUID();
    await claimedBatch(claimant);
    const busy = newLedger(claimant);
    expect(await use(busy, key, at, 1)).toBe(1);
    await store.lease({
      ...{ ...key, ...dayOf(key, at), claimant, leaseId: randomUUID(), need: 100, most: 0, part: 1 },
      ...{ resetsAt: at.resetsAt, ownLimit: 1_000, documentedLimit: null, shares: at.shares },
      until: clock.now() + LEASE_MS,
    });
    const before = await standing(key);
    for (let elapsed = 0; elapsed <= LEASE_MS; elapsed += LEASE_MS / 3) {
      await use(busy, key, at, 1);
      await flush(busy);
      clock.advance(LEASE_MS / 3);
    }
    await flush(busy);
    expect(before.unspent).toBeGreaterThanOrEqual(100);
    expect((await standing(key)).taken).toBeLessThanOrEqual(before.taken - 100 + 4);
  });

  it('is given out no more once it may be another’s', async () => {
    const key = await newKey();
    const at = terms(1_000);
    const slow = newLedger();
    await use(slow, key, at, 1);
    await storeUses(slow);
    clock.advance(LEASE_MS + 1);
    await newLedger().sweep();
    expect(await standing(key)).toEqual({ taken: 1, unspent: 0 });
    // It asks anew instead of giving out what it had.
    expect(await use(slow, key, at, 1)).toBe(1);
    await slow.close();
    expect(await standing(key)).toEqual({ taken: 2, unspent: 0 });
  });

  it('is not renewed once pushes of it were counted as used', async () => {
    const key = await newKey();
    const at = terms(1_000);
    const claimant = randomUUID();
    const batch = await claimedBatch(claimant);
    const slow = newLedger(claimant);
    const draw = await slow.draw(key, at, 10);
    clock.advance(LEASE_MS + 1);
    await new SendStore(installation.sql).claim(batch, randomUUID(), clock.now(), clock.now() + LEASE_MS, async () => {
      return await Promise.resolve([{ credentialId: key.credentialId, class: key.class, purpose: 'chat', count: 10 }]);
    });
    clock.advance(-2);
    await slow.sweep();
    for (let index = 0; index < draw.granted; index += 1) draw.settle(false);
    const { taken } = await standing(key);
    const again = await slow.draw(key, at, 1);
    again.settle(true);
    // Out of a lease of its own, not out of the doubted one.
    expect((await standing(key)).taken).toBeGreaterThan(taken);
  });
});
