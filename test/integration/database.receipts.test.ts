import { FOREVER, type Receipt, type Target } from '#libs/contracts';
import {
  DecisionStore,
  FactsStore,
  MessageStore,
  ReceiptStore,
  ReconcileStore,
  TokenStore,
  StoryStore,
  type ReceiptOwner,
} from '#libs/database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aNotification, messageEvent, NOW, openInstallation, type Installation } from './support/installation.ts';

let installation: Installation;
let receipts: ReceiptStore;

beforeAll(async () => {
  installation = await openInstallation();
  receipts = new ReceiptStore(installation.sql);
});
afterAll(async () => await installation.close());

const LATER = NOW + 5_000;

interface Sent {
  owner: ReceiptOwner;
  jobId: string;
  tokenOf: (user: string) => string;
}

/** A message that went to these users through one credential, as one send job. They have a device if `registered`. */
async function sent(users: readonly string[], { registered = true } = {}): Promise<Sent> {
  const app = await installation.newApp();
  const { credential } = await installation.credentials.put(
    app.id,
    'ios',
    { vendor: 'apns', fields: {}, secrets: {} },
    new Date(NOW),
  );
  if (registered) for (const user of users) await installation.newUser(app.id, user);
  const tokens = registered ? await tokensOf(app.id, users) : [];
  const targets = users.map((receiver, index): Target => ({
    receiver,
    deviceId: 'd1',
    tokenId: tokens[index]?.id ?? index,
    token: `token-of-${receiver}`,
    badge: null,
    registeredAt: NOW,
  }));
  const [accepted] = await new MessageStore(installation.sql).accept(app.id, [messageEvent({ id: 'm1' })], NOW, NOW);
  const sendJobs = [{ vendor: 'apns' as const, credentialId: credential.id, notification: aNotification, targets }];
  const page = { messageSeq: accepted?.seq ?? 0, page: 0, verdicts: [], sendJobs };
  await new DecisionStore(installation.sql).record(app.id, [page], NOW, NOW);
  const owner = { appId: app.id, credentialId: credential.id, credential: 'ios' };
  const [job] = await jobsOf(app.id);
  return { owner, jobId: String(job?.id), tokenOf: (user) => `token-of-${user}` };
}

async function tokensOf(appId: number, users: readonly string[]) {
  const facts = await new FactsStore(installation.sql).ofReceivers(
    appId,
    users.map((receiver) => ({ receiver, chatType: 'user', conversation: 'lin' })),
  );
  return facts.map(({ devices }) => devices[0]?.tokens[0]);
}

async function jobsOf(appId: number) {
  return (await new StoryStore(installation.sql).ofMessage(appId, 'm1'))?.sendJobs ?? [];
}

function receipt(at: Sent, user: string, more: Partial<Receipt> = {}): Receipt {
  return { jobId: at.jobId, token: at.tokenOf(user), state: 'delivered', code: '0', at: NOW + 1_000, ...more };
}

describe('ReceiptStore.record', () => {
  it('keeps what was said of each target, for the story of the message', async () => {
    const at = await sent(['ana', 'ben']);
    await receipts.record(at.owner, [receipt(at, 'ben'), receipt(at, 'ana', { state: 'failed', code: '14' })], LATER);
    await receipts.record(at.owner, [receipt(at, 'ben', { state: 'clicked', code: '7', at: null })], LATER + 1);
    const [job] = await jobsOf(at.owner.appId);
    const [ana, ben] = job?.targets.map(({ tokenId }) => tokenId) ?? [];
    expect(job?.receipts).toEqual([
      { tokenId: ben, state: 'delivered', code: '0', at: NOW + 1_000, receivedAt: LATER },
      { tokenId: ana, state: 'failed', code: '14', at: NOW + 1_000, receivedAt: LATER },
      { tokenId: ben, state: 'clicked', code: '7', at: null, receivedAt: LATER + 1 },
    ]);
  });

  it.each<[string, (at: Sent) => Partial<Receipt>]>([
    ['a job of nobody', () => ({ jobId: '999999999' })],
    ['a job id that is none', () => ({ jobId: "1' OR true" })],
    ['no job', () => ({ jobId: null })],
    ['a token that the job did not go to', () => ({ token: 'another' })],
  ])('keeps nothing of %s', async (_what, more) => {
    const at = await sent(['ana']);
    await receipts.record(at.owner, [receipt(at, 'ana', more(at))], LATER);
    expect((await jobsOf(at.owner.appId))[0]?.receipts).toEqual([]);
  });

  it('takes no word of one credential on another’s pushes, nor of one app on another’s', async () => {
    const [at, other] = [await sent(['ana']), await sent(['ana'])];
    await receipts.record({ ...at.owner, credentialId: other.owner.credentialId }, [receipt(at, 'ana')], LATER);
    await receipts.record(other.owner, [receipt(at, 'ana', { state: 'token_gone' })], LATER);
    expect((await jobsOf(at.owner.appId))[0]?.receipts).toEqual([]);
    expect((await tokensOf(at.owner.appId, ['ana']))[0]?.goneAt).toBeNull();
    expect((await tokensOf(other.owner.appId, ['ana']))[0]?.goneAt).toBe(NOW + 1_000);
  });

  it('marks a dead token as gone, at the vendor’s time and never in the future', async () => {
    const at = await sent(['ana', 'ben', 'cleo']);
    const gone = { state: 'token_gone', code: '2' } as const;
    await receipts.record(
      at.owner,
      [
        receipt(at, 'ana', gone),
        receipt(at, 'ben', { ...gone, at: LATER + 3_600_000 }),
        receipt(at, 'cleo', { ...gone, at: null, jobId: null }),
      ],
      LATER,
    );
    const tokens = await tokensOf(at.owner.appId, ['ana', 'ben', 'cleo']);
    expect(tokens.map((token) => token?.goneAt)).toEqual([NOW + 1_000, LATER, LATER]);
  });

  it('leaves a token alone that was registered after the vendor saw it', async () => {
    const at = await sent(['ana']);
    await receipts.record(at.owner, [receipt(at, 'ana', { state: 'token_gone', at: NOW - 1 })], LATER);
    await receipts.record(at.owner, [receipt(at, 'ana', { state: 'muted', at: NOW - 1 })], LATER);
    const [token] = await tokensOf(at.owner.appId, ['ana']);
    expect(token).toMatchObject({ goneAt: null, mutedUntil: null });
  });

  it('mutes a token whose user has switched notifications off, and stores the same post twice', async () => {
    const at = await sent(['ana']);
    const muted = [receipt(at, 'ana', { state: 'muted', code: '6' })];
    await Promise.all([1, 2, 3].map(async () => await receipts.record(at.owner, muted, LATER)));
    const [token] = await tokensOf(at.owner.appId, ['ana']);
    expect(token?.goneAt).toBeNull();
    expect(token?.mutedUntil).toBeGreaterThan(LATER);
  });

  it('keeps what one post says twice once', async () => {
    const at = await sent(['ana']);
    const twice = [receipt(at, 'ana'), receipt(at, 'ana'), receipt(at, 'ana', { state: 'clicked', code: '7' })];
    await receipts.record(at.owner, twice, LATER);
    expect((await jobsOf(at.owner.appId))[0]?.receipts).toMatchObject([{ state: 'delivered' }, { state: 'clicked' }]);
  });

  it.each([
    ['the dead one first', ['token_gone', 'muted']],
    ['the muted one first', ['muted', 'token_gone']],
  ] as const)('marks a token both ways that one post calls dead and muted, %s', async (_order, states) => {
    const at = await sent(['ana']);
    const said = states.map((state, index) => receipt(at, 'ana', { state, at: NOW + index }));
    await receipts.record(at.owner, said, LATER);
    const [token] = await tokensOf(at.owner.appId, ['ana']);
    expect(token).toMatchObject({ goneAt: NOW + states.indexOf('token_gone'), mutedUntil: FOREVER });
  });

  it('believes the newer of two receipts about a token that was registered between them', async () => {
    const at = await sent(['ana']);
    const said = [NOW + 1, NOW - 1].map((instant) => receipt(at, 'ana', { state: 'token_gone', at: instant }));
    await receipts.record(at.owner, [...said, receipt(at, 'ana', { state: 'muted', at: NOW - 1 })], LATER);
    const [token] = await tokensOf(at.owner.appId, ['ana']);
    expect(token).toMatchObject({ goneAt: NOW + 1, mutedUntil: null });
  });

  it.each([-Number.MAX_SAFE_INTEGER, -1, Number.MAX_SAFE_INTEGER])(
    'stands the time %d of a vendor',
    async (instant) => {
      const at = await sent(['ana']);
      await receipts.record(at.owner, [receipt(at, 'ana', { state: 'muted', at: instant })], LATER);
      expect((await jobsOf(at.owner.appId))[0]?.receipts).toMatchObject([{ state: 'muted', at: instant }]);
    },
  );

  it('reads a post about all targets of the largest job', async () => {
    const users = Array.from({ length: 1_000 }, (_, index) => `u${index}`);
    const at = await sent(users, { registered: false });
    const said = users.toReversed().flatMap((user) => [receipt(at, user), receipt(at, user, { state: 'clicked' })]);
    await receipts.record(at.owner, said, LATER);
    expect((await jobsOf(at.owner.appId))[0]?.receipts).toHaveLength(2_000);
  });

  it('takes posts about the same tokens at once, also while the sender marks them', async () => {
    const users = Array.from({ length: 50 }, (_, index) => `u${index}`);
    const at = await sent(users);
    const named = new TokenStore(installation.sql);
    const tokens = (await tokensOf(at.owner.appId, users)).map((token) => ({
      id: token?.id ?? 0,
      token: token?.token ?? '',
      goneAt: NOW + 1,
      at: NOW + 1,
      until: null,
    }));
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const turn = <Item>(items: readonly Item[]): readonly Item[] => (index % 2 === 0 ? items : items.toReversed());
        if (index % 5 === 0) await named.dropTokens(turn(tokens));
        else if (index % 5 === 1) await named.muteTokens(turn(tokens));
        const state = index % 3 === 0 ? ('muted' as const) : ('token_gone' as const);
        const said = turn(users).map((user) => receipt(at, user, { state, code: String(index) }));
        await receipts.record(at.owner, said, LATER);
      }),
    );
    expect((await jobsOf(at.owner.appId))[0]?.receipts).toHaveLength(50 * users.length);
  });
});

describe('ReconcileStore.purge', () => {
  it('forgets the receipts of forgotten messages, and no others', async () => {
    const [old, kept] = [await sent(['ana']), await sent(['ana'])];
    for (const at of [old, kept]) await receipts.record(at.owner, [receipt(at, 'ana')], LATER);
    const count = async ({ jobId }: Sent): Promise<number | undefined> => {
      const text = 'SELECT count(*)::int AS count FROM receipts WHERE send_job_id = $1';
      return (await installation.sql.run<{ count: number }>({ name: 'count-receipts', text }, [jobId]))[0]?.count;
    };
    const age = {
      name: 'age-message',
      text: `UPDATE messages SET accepted_at = accepted_at - interval '1 h' WHERE app_id = $1`,
    };
    await installation.sql.run(age, [old.owner.appId]);
    expect(await new ReconcileStore(installation.sql).purge(NOW - 60_000, 1_000)).toBe(1);
    expect([await count(old), await count(kept)]).toEqual([0, 1]);
  });
});
