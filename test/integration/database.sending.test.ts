import { FOREVER, type Notification, type Target } from '#libs/contracts';
import {
  BATCH_LIMITS,
  DecisionStore,
  FactsStore,
  MessageStore,
  SendStore,
  StoryStore,
  TokenStore,
  type PageDecision,
  type PlannedSendJob,
  type StoredSendJob,
} from '#libs/database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aNotification, messageEvent, NOW, openInstallation, type Installation } from './support/installation.ts';

let installation: Installation;
let messages: MessageStore;
let decisions: DecisionStore;
let sends: SendStore;
let tokens: TokenStore;

beforeAll(async () => {
  installation = await openInstallation();
  messages = new MessageStore(installation.sql);
  decisions = new DecisionStore(installation.sql);
  sends = new SendStore(installation.sql);
  tokens = new TokenStore(installation.sql);
});
afterAll(async () => await installation.close());

const [ME, OTHER] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
/** Whose quota it is does not matter here. */
const noDoubts = async (): Promise<never[]> => await Promise.resolve([]);
const LEASE = 30_000;

const notification: Notification = { ...aNotification, badge: { kind: 'add', value: 1 } };

interface Scene {
  appId: number;
  credentialId: number;
  tokenIds: Map<string, number>;
}

/** An app with a credential and users who have one device each. */
async function scene(users: readonly string[]): Promise<Scene> {
  const app = await installation.newApp();
  const { credential } = await installation.credentials.put(
    app.id,
    'ios',
    { vendor: 'apns', fields: {}, secrets: { key: 'k' } },
    new Date(NOW),
  );
  for (const user of users) await installation.newUser(app.id, user);
  const facts = await new FactsStore(installation.sql).ofReceivers(
    app.id,
    users.map((receiver) => ({ receiver, chatType: 'user', conversation: 'lin' })),
  );
  const tokenIds = new Map(facts.map(({ username, devices }) => [username, devices[0]?.tokens[0]?.id ?? 0]));
  return { appId: app.id, credentialId: credential.id, tokenIds };
}

function target(user: string, { tokenIds }: Scene, badge: number | null = null): Target {
  return {
    receiver: user,
    deviceId: 'd1',
    tokenId: tokenIds.get(user) ?? 0,
    token: `token-of-${user}`,
    badge,
    registeredAt: NOW,
  };
}

async function page(
  at: Scene,
  id: string,
  sendJobs: readonly Omit<PlannedSendJob, 'vendor' | 'credentialId'>[],
): Promise<PageDecision> {
  const [accepted] = await messages.accept(at.appId, [messageEvent({ id })], NOW, NOW);
  return {
    messageSeq: accepted?.seq ?? 0,
    page: 0,
    verdicts: [],
    sendJobs: sendJobs.map((job) => ({ ...job, vendor: 'apns', credentialId: at.credentialId })),
  };
}

async function claimJobs(batch: number, now = NOW): Promise<StoredSendJob[]> {
  const claim = await sends.claim(batch, ME, now, now + LEASE, noDoubts);
  if (claim.kind !== 'claimed') throw new Error(`The batch is ${claim.kind}`);
  return claim.jobs;
}

describe('DecisionStore.record', () => {
  it('lets one of two evaluators decide a page, with its send jobs', async () => {
    const at = await scene(['ana']);
    const decided = await page(at, 'm1', [{ notification, targets: [target('ana', at)] }]);
    const batches = await Promise.all([1, 2, 3].map(async () => await decisions.record(at.appId, [decided], NOW, NOW)));
    expect(batches.flat()).toHaveLength(1);
    const story = await new StoryStore(installation.sql).ofMessage(at.appId, 'm1');
    expect(story?.sendJobs).toHaveLength(1);
  });

  it('gives pushes to one device consecutive badges, also across evaluators', async () => {
    const at = await scene(['ana', 'ben']);
    const pages = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map(
        async (id) => await page(at, id, [{ notification, targets: [target('ana', at, 0), target('ben', at, 0)] }]),
      ),
    );
    const rounds = [pages.slice(0, 2), pages.slice(2, 4), pages.slice(4)];
    const batches = (
      await Promise.all(rounds.map(async (round) => await decisions.record(at.appId, round, NOW, NOW)))
    ).flat();
    const jobs = (await Promise.all(batches.map(async ({ id }) => await claimJobs(id)))).flat();
    const badgesOf = (user: string) =>
      jobs.flatMap(({ targets }) => targets.filter(({ receiver }) => receiver === user).map(({ badge }) => badge));
    expect(badgesOf('ana').sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(badgesOf('ben').sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('packs send jobs into batches within the limits', async () => {
    const at = await scene(['ana']);
    const small = Array.from({ length: BATCH_LIMITS.sendJobs + 1 }, () => ({
      notification,
      targets: [target('ana', at)],
    }));
    const large = { notification, targets: Array.from({ length: BATCH_LIMITS.targets }, () => target('ana', at)) };
    const batches = await decisions.record(at.appId, [await page(at, 'm1', [...small, large])], NOW, NOW);
    const sizes = await Promise.all(batches.map(async ({ id }) => (await claimJobs(id)).length));
    expect(sizes.sort((a, b) => a - b)).toEqual([1, 1, BATCH_LIMITS.sendJobs]);
  });

  it('makes a send job of more targets than a batch has a batch of its own', async () => {
    const at = await scene(['ana']);
    const small = { notification, targets: [target('ana', at)] };
    const large = { notification, targets: Array.from({ length: 1_000 }, () => target('ana', at)) };
    expect(large.targets.length).toBeGreaterThan(BATCH_LIMITS.targets);
    const batches = await decisions.record(at.appId, [await page(at, 'm1', [small, large, small, small])], NOW, NOW);
    const sizes = await Promise.all(
      batches.map(async ({ id }) => (await claimJobs(id)).map(({ targets }) => targets.length)),
    );
    expect(sizes.sort((a, b) => a.length - b.length || (a[0] ?? 0) - (b[0] ?? 0))).toEqual([[1], [1_000], [1, 1]]);
  });
});

describe('SendStore', () => {
  async function oneBatch(at: Scene): Promise<number> {
    const decided = await page(at, `m${Math.random()}`, [
      { notification, targets: [target('ana', at), target('ben', at)] },
    ]);
    const [batch] = await decisions.record(at.appId, [decided], NOW, NOW + 60_000);
    return batch?.id ?? 0;
  }

  it('gives a batch to one claimant, until the claim ends', async () => {
    const at = await scene(['ana', 'ben']);
    const batch = await oneBatch(at);
    const claims = await Promise.all([
      sends.claim(batch, ME, NOW, NOW + LEASE, noDoubts),
      sends.claim(batch, OTHER, NOW, NOW + LEASE, noDoubts),
    ]);
    expect(claims.map(({ kind }) => kind).sort()).toEqual(['claimed', 'held']);
    const [holder, other] = claims[0].kind === 'claimed' ? [ME, OTHER] : [OTHER, ME];
    expect(await sends.renew([batch], holder, NOW + 2 * LEASE)).toEqual([batch]);
    expect(await sends.renew([batch], other, NOW + 2 * LEASE)).toEqual([]);

    expect(await sends.claim(batch, other, NOW + LEASE, NOW + 2 * LEASE, noDoubts)).toEqual({
      kind: 'held',
      until: NOW + 2 * LEASE,
    });
    expect((await sends.claim(batch, other, NOW + 2 * LEASE, NOW + 3 * LEASE, noDoubts)).kind).toBe('claimed');
  });

  it('hands out only what is left to do after outcomes were recorded', async () => {
    const at = await scene(['ana', 'ben']);
    const batch = await oneBatch(at);
    const [job] = await claimJobs(batch);
    if (job?.records[0] === undefined) throw new Error('The batch is empty');
    job.records[0] = { ...job.records[0], state: 'accepted', attempts: 1, vendorId: 'v1' };
    await sends.record(
      ME,
      [{ id: job.id, records: job.records, payloadHash: 'h' }],
      [{ id: batch, kind: 'retry', dueAt: NOW + 5 }],
      [],
      NOW,
    );
    const [again] = await claimJobs(batch);
    expect(again?.records.map(({ state }) => state)).toEqual(['accepted', 'pending']);
    await sends.record(
      ME,
      [{ id: job.id, records: job.records.map((record) => ({ ...record, state: 'accepted' })), payloadHash: null }],
      [{ id: batch, kind: 'closed' }],
      [],
      NOW,
    );
    expect(await sends.claim(batch, ME, NOW, NOW + LEASE, noDoubts)).toEqual({ kind: 'closed' });
  });

  it('lets nobody settle a batch whose claim has passed to another', async () => {
    const at = await scene(['ana', 'ben']);
    const batch = await oneBatch(at);
    await claimJobs(batch);
    await sends.claim(batch, OTHER, NOW + LEASE, NOW + 2 * LEASE, noDoubts);
    await sends.record(ME, [], [{ id: batch, kind: 'closed' }], [], NOW);
    expect((await sends.claim(batch, ME, NOW + LEASE, NOW + 3 * LEASE, noDoubts)).kind).toBe('held');
  });

  it('lets nobody write outcomes of a batch whose claim has passed to another', async () => {
    const at = await scene(['ana', 'ben']);
    const batch = await oneBatch(at);
    const [job] = await claimJobs(batch);
    if (job === undefined) throw new Error('The batch is empty');
    const accepted = job.records.map((record) => ({ ...record, state: 'accepted' as const }));
    await sends.claim(batch, OTHER, NOW + LEASE, NOW + 2 * LEASE, noDoubts);
    await sends.record(OTHER, [{ id: job.id, records: accepted, payloadHash: null }], [], [], NOW);
    await sends.record(ME, [{ id: job.id, records: job.records, payloadHash: null }], [], [], NOW);
    await sends.record(OTHER, [], [{ id: batch, kind: 'retry', dueAt: NOW }], [], NOW);
    expect(await claimJobs(batch, NOW + LEASE)).toEqual([]);
  });

  it('hands a batch out whose end alone is not written, without jobs', async () => {
    const at = await scene(['ana', 'ben']);
    const batch = await oneBatch(at);
    const [job] = await claimJobs(batch);
    if (job === undefined) throw new Error('The batch is empty');
    const records = job.records.map((record) => ({ ...record, state: 'accepted' as const }));
    await sends.record(ME, [{ id: job.id, records, payloadHash: null }], [], [], NOW);
    expect(await claimJobs(batch, NOW + LEASE)).toEqual([]);
    await sends.record(ME, [], [{ id: batch, kind: 'closed' }], [], NOW);
    expect(await sends.claim(batch, ME, NOW + LEASE, NOW + 2 * LEASE, noDoubts)).toEqual({ kind: 'closed' });
  });

  it('says of a push that its sender may have made it before it fell silent', async () => {
    const at = await scene(['ana', 'ben']);
    const batch = await oneBatch(at);
    const [job] = await claimJobs(batch);
    const [ana, ben] = job?.records ?? [];
    if (job === undefined || ana === undefined || ben === undefined) throw new Error('The batch is empty');
    // His time has come meanwhile, but not within the claim.
    const records = [ana, { ...ben, nextAttemptAt: NOW + 1 }];
    await sends.record(ME, [{ id: job.id, records, payloadHash: null }], [], [], NOW);
    const claim = await sends.claim(batch, OTHER, NOW + LEASE, NOW + 2 * LEASE, noDoubts);
    expect(claim).toMatchObject({
      kind: 'claimed',
      jobs: [{ records: [{ maybeDelivered: true }, { maybeDelivered: false }] }],
    });
  });

  it('takes no batch with outcomes that another is just writing', async () => {
    const at = await scene(['ana', 'ben']);
    const batch = await oneBatch(at);
    await claimJobs(batch);
    const claiming: Promise<unknown>[] = [];
    await installation.sql.transaction(async (runner) => {
      const pass = {
        name: 'pass-batch',
        text: 'UPDATE send_batches SET claimed_until = NULL, claimed_by = NULL WHERE id = $1',
      };
      await runner.run(pass, [batch]);
      const waiting = {
        name: 'waiting',
        text: `SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      };
      claiming.push(sends.claim(batch, OTHER, NOW + LEASE, NOW + 2 * LEASE, noDoubts));
      for (let count = 0; count === 0;) [{ count } = { count: 0 }] = await runner.run<{ count: number }>(waiting, []);
    });
    expect(await Promise.all(claiming)).toEqual([{ kind: 'held', until: NOW + LEASE }]);
    expect((await sends.claim(batch, OTHER, NOW + LEASE, NOW + 2 * LEASE, noDoubts)).kind).toBe('claimed');
  });

  it('stores what goes on to another credential once, though the answer to the first try was lost', async () => {
    const at = await scene(['ana']);
    const batch = await oneBatch(at);
    const [job] = await claimJobs(batch);
    if (job === undefined) throw new Error('The batch is empty');
    const placed = { messageSeq: job.messageSeq, page: 0, vendor: 'apns', credentialId: at.credentialId } as const;
    const onward = { ...placed, notification, targets: job.targets, appId: at.appId, dueAt: NOW, onwardKey: OTHER };
    const change = { id: job.id, records: job.records, payloadHash: null, onward: [onward] };
    expect(await sends.record(ME, [change], [], [], NOW)).toHaveLength(1);
    expect(await sends.record(ME, [change], [], [], NOW)).toHaveLength(0);
    // Nothing goes on from a batch that is another's by now.
    const lost = { ...change, onward: [{ ...onward, onwardKey: ME }] };
    expect(await sends.record(OTHER, [lost], [], [], NOW)).toHaveLength(0);
  });

  it('writes answers that Postgres would refuse', async () => {
    const at = await scene(['ana', 'ben']);
    const batch = await oneBatch(at);
    const [job] = await claimJobs(batch);
    if (job === undefined) throw new Error('The batch is empty');
    const records = job.records.map((record) => ({ ...record, code: 'odd \0 \ud83d' }));
    await sends.record(
      ME,
      [{ id: job.id, records, payloadHash: null }],
      [{ id: batch, kind: 'retry', dueAt: NOW }],
      [],
      NOW,
    );
    expect((await claimJobs(batch))[0]?.records[0]?.code).toBe('odd \ufffd \ufffd');
  });

  it('finds open batches when they are due and nobody holds them', async () => {
    const at = await scene(['ana', 'ben']);
    const [held, closed, lost] = [await oneBatch(at), await oneBatch(at), await oneBatch(at)];
    await sends.claim(held, ME, NOW, NOW + 100_000, noDoubts);
    await claimJobs(closed);
    await sends.record(ME, [], [{ id: closed, kind: 'closed' }], [], NOW);
    const overdue = async (now: number): Promise<number[]> =>
      (await sends.takeOverdue(now, now + 60_000, 1_000))
        .map(({ id }) => id)
        .filter((id) => [held, closed, lost].includes(id));
    expect(await overdue(NOW + 59_999)).toEqual([]);
    expect(await overdue(NOW + 60_000)).toEqual([lost]);
    expect(await overdue(NOW + 60_001)).toEqual([]);
    expect(await overdue(NOW + 120_000)).toEqual(expect.arrayContaining([held, lost]));
  });

  it('drops dead tokens, but not one that was registered again since', async () => {
    const at = await scene(['ana', 'ben', 'cy']);
    const dead = (user: string, goneAt: number) => ({
      id: at.tokenIds.get(user) ?? 0,
      token: `token-of-${user}`,
      goneAt,
    });
    await tokens.dropTokens([
      dead('ana', NOW + 1),
      dead('ben', NOW - 1),
      { ...dead('cy', NOW + 1), token: 'an older one' },
    ]);
    const facts = await new FactsStore(installation.sql).ofReceivers(
      at.appId,
      ['ana', 'ben', 'cy'].map((receiver) => ({ receiver, chatType: 'user', conversation: 'lin' })),
    );
    expect(facts.map(({ devices }) => devices[0]?.tokens[0]?.goneAt)).toEqual([NOW + 1, null, null]);
  });

  describe('muteTokens', () => {
    const named = (at: Scene, user: string) => ({ id: at.tokenIds.get(user) ?? 0, token: `token-of-${user}` });

    async function mutedUntil({ appId }: Scene, user: string): Promise<number | null | undefined> {
      const request = { receiver: user, chatType: 'user', conversation: 'lin' } as const;
      const [facts] = await new FactsStore(installation.sql).ofReceivers(appId, [request]);
      return facts?.devices[0]?.tokens[0]?.mutedUntil;
    }

    it.each([
      ['until it is registered again', null, FOREVER],
      ['until an instant', NOW + 3_600_000, NOW + 3_600_000],
    ])('mutes a token %s', async (_how, until, expected) => {
      const at = await scene(['ana', 'ben']);
      await tokens.muteTokens([{ ...named(at, 'ana'), until, at: NOW + 1 }]);
      expect(await mutedUntil(at, 'ana')).toBe(expected);
      expect(await mutedUntil(at, 'ben')).toBeNull();

      const owner = { appId: at.appId, userId: (await installation.users.find(at.appId, 'ana'))?.id ?? 0 };
      const registration = { credential: 'ios', token: 'token-of-ana' };
      await installation.devices.put(owner, 'd1', registration, new Date(NOW + 2));
      expect(await mutedUntil(at, 'ana')).toBeNull();
    });

    it('mutes several, each for its own time', async () => {
      const at = await scene(['ana', 'ben', 'cy']);
      await tokens.muteTokens([
        { ...named(at, 'cy'), until: NOW + 5_000, at: NOW + 1 },
        { ...named(at, 'ana'), until: null, at: NOW + 1 },
      ]);
      const muted = await Promise.all(['ana', 'ben', 'cy'].map(async (user) => await mutedUntil(at, user)));
      expect(muted).toEqual([FOREVER, null, NOW + 5_000]);
    });

    it('leaves a token alone that was registered after the vendor spoke, and one that is another by now', async () => {
      const at = await scene(['ana', 'ben']);
      await tokens.muteTokens([
        { ...named(at, 'ana'), until: null, at: NOW - 1 },
        { ...named(at, 'ben'), token: 'an older one', until: null, at: NOW + 1 },
      ]);
      expect([await mutedUntil(at, 'ana'), await mutedUntil(at, 'ben')]).toEqual([null, null]);
    });
  });
});
