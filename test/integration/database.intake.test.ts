import { MessageStore, DecisionStore, ReconcileStore } from '#libs/database';
import { RECEIVERS_PER_PAGE } from '#libs/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageEvent, NOW, openInstallation, type Installation } from './support/installation.ts';

let installation: Installation;
let messages: MessageStore;
let decisions: DecisionStore;

beforeAll(async () => {
  installation = await openInstallation();
  messages = new MessageStore(installation.sql);
  decisions = new DecisionStore(installation.sql);
});
afterAll(async () => await installation.close());

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `user${index}`);

async function acceptOne(appId: number, overrides = {}): Promise<number> {
  const [accepted] = await messages.accept(appId, [messageEvent(overrides)], NOW, NOW + 60_000);
  if (accepted?.seq == null) throw new Error('The message was there before');
  return accepted.seq;
}

describe('MessageStore', () => {
  it('stores an id once, however often and however close together it comes', async () => {
    const app = await installation.newApp();
    const twice = [messageEvent(), messageEvent({ text: 'again' }), messageEvent({ id: 'm2' })];
    const results = await Promise.all([
      messages.accept(app.id, twice, NOW, NOW),
      messages.accept(app.id, twice, NOW, NOW),
    ]);
    const seqs = results.flat().filter(({ seq }) => seq !== null);
    expect(seqs.map(({ id }) => id).sort()).toEqual(['m1', 'm2']);
  });

  it('takes the same id in two apps for two messages', async () => {
    const [a, b] = [await installation.newApp(), await installation.newApp()];
    expect(await acceptOne(a.id)).not.toBe(await acceptOne(b.id));
  });

  it('gives a long receiver list back in pages', async () => {
    const app = await installation.newApp();
    const count = RECEIVERS_PER_PAGE * 2 + 1;
    const seq = await acceptOne(app.id, { receivers: names(count) });
    const pages = await messages.loadUndecided(app.id, [seq]);
    expect(pages.map(({ page, receivers, receiverCount }) => [page, receivers.length, receiverCount])).toEqual([
      [0, RECEIVERS_PER_PAGE, count],
      [1, RECEIVERS_PER_PAGE, count],
      [2, 1, count],
    ]);
    const [second] = await messages.loadUndecided(app.id, [seq], 1);
    expect(second?.receivers[0]).toBe(`user${RECEIVERS_PER_PAGE}`);
  });

  it('keeps text, emoji and odd receivers as they are', async () => {
    const app = await installation.newApp();
    const event = messageEvent({
      text: 'naïve 你好 👩‍👩‍👧 "quoted" \\ \n',
      receivers: ['a,b', '{c}', 'NULL', '"d"', "o'x"],
    });
    const [accepted] = await messages.accept(app.id, [event], NOW, NOW);
    const [stored] = await messages.loadUndecided(app.id, [accepted?.seq ?? 0]);
    expect(stored?.event.text).toBe(event.text);
    expect(stored?.receivers).toEqual(event.receivers);
  });

  it('does not load another app’s message', async () => {
    const [a, b] = [await installation.newApp(), await installation.newApp()];
    const seq = await acceptOne(a.id);
    expect(await messages.loadUndecided(b.id, [seq])).toEqual([]);
  });

  it('leaves out pages that are decided', async () => {
    const app = await installation.newApp();
    const seq = await acceptOne(app.id, { receivers: names(RECEIVERS_PER_PAGE + 1) });
    await decisions.record(app.id, [{ messageSeq: seq, page: 0, verdicts: [], sendJobs: [] }], NOW, NOW);
    expect((await messages.loadUndecided(app.id, [seq])).map(({ page }) => page)).toEqual([1]);
  });
});

describe('ReconcileStore', () => {
  it('finds what has no decision when it is due, once per due time, and nothing else', async () => {
    const app = await installation.newApp();
    const reconcile = new ReconcileStore(installation.sql);
    const [decided, lost, half] = [
      await acceptOne(app.id, { id: 'decided' }),
      await acceptOne(app.id, { id: 'lost' }),
      await acceptOne(app.id, { id: 'half', receivers: names(RECEIVERS_PER_PAGE + 1) }),
    ];
    const nothing = { verdicts: [], sendJobs: [] };
    await decisions.record(app.id, [{ messageSeq: decided, page: 0, ...nothing }], NOW, NOW);
    await decisions.record(app.id, [{ messageSeq: half, page: 1, ...nothing }], NOW, NOW);
    const ours = async (now: number): Promise<number[]> =>
      (await reconcile.takeOverdueMessages(now, now + 60_000, 100)).flatMap(({ appId, seq }) =>
        appId === app.id ? [seq] : [],
      );

    expect(await ours(NOW + 59_999)).toEqual([]);
    expect((await ours(NOW + 60_000)).sort()).toEqual([lost, half].sort());
    expect(await ours(NOW + 60_001)).toEqual([]);
    expect((await ours(NOW + 120_000)).sort()).toEqual([lost, half].sort());
  });

  it('brings old work up ever more rarely', async () => {
    const app = await installation.newApp();
    const reconcile = new ReconcileStore(installation.sql);
    const seq = await acceptOne(app.id);
    const found: number[] = [];
    for (let minute = 0; minute <= 60; minute += 1) {
      const now = NOW + minute * 60_000;
      const overdue = await reconcile.takeOverdueMessages(now, now + 60_000, 1_000);
      if (overdue.some((message) => message.seq === seq)) found.push(minute);
    }
    expect(found).toEqual([1, 2, 4, 8, 16, 26, 36, 46, 56]);
  });

  it('moves its watermark over decided messages only, and finds the undecided one behind them', async () => {
    const app = await installation.newApp();
    const reconcile = new ReconcileStore(installation.sql);
    const later = NOW + 3_600_000;
    const lost = await acceptOne(app.id, { id: 'lost' });
    const decided = await acceptOne(app.id, { id: 'decided' });
    await decisions.record(app.id, [{ messageSeq: decided, page: 0, verdicts: [], sendJobs: [] }], NOW, NOW);
    await reconcile.advanceWatermark(later);
    const overdue = await reconcile.takeOverdueMessages(later, later, 1_000);
    expect(overdue.map(({ seq }) => seq)).toContain(lost);
  });

  it('forgets messages older than the retention with all that hangs on them', async () => {
    const app = await installation.newApp();
    const reconcile = new ReconcileStore(installation.sql);
    const [old] = await messages.accept(app.id, [messageEvent({ id: 'old' })], NOW - 1_000_000, NOW);
    const seq = await acceptOne(app.id, { id: 'new' });
    expect(await reconcile.purge(NOW - 500_000, 100)).toBe(1);
    expect(await messages.loadUndecided(app.id, [old?.seq ?? 0])).toEqual([]);
    expect(await messages.loadUndecided(app.id, [seq])).toHaveLength(1);
  });
});
