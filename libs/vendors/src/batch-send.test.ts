import { describe, expect, it } from '@jest/globals';
import type { AccessToken, AccessTokenRules, Outcome, Target } from '#libs/contracts';
import { closedAfterEach } from '../test/closers.ts';
import { manyTargets, portsFor, type TestPorts } from '../test/fixtures.ts';
import {
  startHttpServer,
  type HttpServerAnswer,
  type HttpServerCall,
  type TestHttpServer,
} from '../test/http-server.ts';
import { AccessTokenFailed } from './access-token-failed.ts';
import {
  outcomeOfFailure,
  sameForAll,
  sendInBatches,
  type BatchContext,
  type BatchJob,
  type CallReading,
  type Remedy,
  type TargetReading,
} from './batch-send.ts';
import { HttpClient, type HttpAnswer } from './http-client.ts';

const closers = closedAfterEach();

type Own = 'left' | 'right';
type Job = BatchJob<Own>;

/** The vendor of these tests answers a word per target, and perhaps one for the whole credential. */
interface Words {
  targets: readonly string[];
  whole?: string;
}

const ACCEPTED: Outcome = { kind: 'accepted', vendorId: null };
const STOPPED: Outcome = { kind: 'unavailable', code: 'stopped', retryAfterMs: null, maybeDelivered: false };

/** `ok`, or a refusal whose code is the word; the words that are remedies ask for them. */
function readWord(word: string): TargetReading<Own> {
  if (word === 'ok') return { outcome: ACCEPTED, remedy: null };
  const remedies: readonly Remedy<Own>[] = ['fresh_token', 'alone', 'left', 'right'];
  return { outcome: { kind: 'rejected', code: word }, remedy: remedies.find((remedy) => remedy === word) ?? null };
}

const rejected = (code: string): Outcome => ({ kind: 'rejected', code });

function readAnswer({ body }: HttpAnswer): CallReading<Own> {
  const { targets, whole } = JSON.parse(body) as Words;
  return { targets: targets.map(readWord), wholeCredential: whole === undefined ? null : rejected(whole) };
}

/** What a call of these tests carries. */
interface Sent {
  /** Indexes of the job's targets. */
  targets: number[];
  token: string | null;
  tried: string[];
}

function sentIn({ body }: HttpServerCall): Sent {
  return JSON.parse(body) as Sent;
}

function bodyFor(targets: readonly Target[], { token, tried }: BatchContext<Own>): string {
  const sent: Sent = {
    targets: targets.map(({ tokenId }) => tokenId - 1),
    token: token?.value ?? null,
    tried: [...tried],
  };
  return JSON.stringify(sent);
}

/** Answers every target of a call with what `word` says of it. */
function words(word: (target: number, sent: Sent) => string): (call: HttpServerCall) => HttpServerAnswer {
  return (call) => {
    const sent = sentIn(call);
    return { body: { targets: sent.targets.map((target) => word(target, sent)) } };
  };
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

interface Bench {
  server: TestHttpServer;
  ports: TestPorts;
  sent: () => Sent[];
  /** Sends to so many targets; the reports in the order in which they came. */
  send: (count: number, changes?: Partial<Job>) => Promise<{ index: number; outcome: Outcome }[]>;
  /** The same, in the order of the targets; fails if one was reported twice or never. */
  outcomes: (count: number, changes?: Partial<Job>) => Promise<Outcome[]>;
}

async function setUp(
  handle: (call: HttpServerCall) => HttpServerAnswer | Promise<HttpServerAnswer>,
  { connections = 4, timeoutMs = 5_000 }: { connections?: number; timeoutMs?: number } = {},
): Promise<Bench> {
  const server = await startHttpServer(handle);
  const client = new HttpClient({ origin: server.origin, secureContext: null, connections, idleMs: 5_000, timeoutMs });
  const ports = portsFor(server.origin);
  closers.push(async () => await client.close(), server.close);

  const send: Bench['send'] = async (count, changes = {}) => {
    const reports: { index: number; outcome: Outcome }[] = [];
    await sendInBatches<Own>({
      targets: manyTargets(count),
      targetsPerCall: 2,
      client,
      accessToken: null,
      prepare: (targets, context) => ({
        kind: 'call',
        call: { method: 'POST', path: '/send', headers: {}, body: bodyFor(targets, context) },
      }),
      classify: readAnswer,
      report: (index, outcome) => reports.push({ index, outcome }),
      signal: undefined,
      warn: ports.warn,
      ...changes,
    });
    return reports;
  };
  const outcomes: Bench['outcomes'] = async (count, changes) => {
    const reports = (await send(count, changes)).toSorted((a, b) => a.index - b.index);
    expect(reports.map(({ index }) => index)).toEqual([...Array(count).keys()]);
    return reports.map(({ outcome }) => outcome);
  };
  return { server, ports, sent: () => server.calls.map(sentIn), send, outcomes };
}

/** Rules that make the tokens t1, t2 and so on, and count them. */
function countedTokens(changes: Partial<AccessTokenRules> = {}): { rules: AccessTokenRules; minted: () => number } {
  let minted = 0;
  const mint = async (now: number): Promise<AccessToken> =>
    await Promise.resolve({ value: `t${++minted}`, issuedAt: now, expiresAt: now + 3_600_000 });
  return { rules: { fresh: () => true, replaceable: () => true, mint, ...changes }, minted: () => minted };
}

const withToken = ({ ports }: Bench, rules: AccessTokenRules): Pick<Job, 'accessToken'> => ({
  accessToken: { store: ports.accessTokens, key: 'vendor:1', rules },
});

const many = (count: number, outcome: Outcome): Outcome[] => Array<Outcome>(count).fill(outcome);

describe('sendInBatches', () => {
  describe('calls', () => {
    it.each([
      [1, 3, [[0]]],
      [3, 3, [[0, 1, 2]]],
      [4, 3, [[0, 1, 2], [3]]],
      [7, 3, [[0, 1, 2], [3, 4, 5], [6]]],
      [3, 1, [[0], [1], [2]]],
    ])('carry %d targets, at most %d each, in order', async (count, targetsPerCall, expected) => {
      const bench = await setUp(
        words(() => 'ok'),
        { connections: 1 },
      );
      await expect(bench.outcomes(count, { targetsPerCall })).resolves.toEqual(many(count, ACCEPTED));
      expect(bench.sent().map(({ targets }) => targets)).toEqual(expected);
    });

    it('are none for a job without targets, and no access token is fetched', async () => {
      const bench = await setUp(words(() => 'ok'));
      const { rules, minted } = countedTokens();
      await expect(bench.outcomes(0, withToken(bench, rules))).resolves.toEqual([]);
      expect(bench.server.calls).toEqual([]);
      expect(minted()).toBe(0);
    });

    it('go out side by side', async () => {
      const all = gate();
      const bench = await setUp(async (call) => {
        if (call.index === 2) all.open();
        await all.opened;
        return words(() => 'ok')(call);
      });
      await expect(bench.outcomes(6)).resolves.toEqual(many(6, ACCEPTED));
    });

    it('give every target its own outcome, by its index', async () => {
      const bench = await setUp(words((target) => (target % 3 === 0 ? `no-${target}` : 'ok')));
      await expect(bench.outcomes(7)).resolves.toEqual([
        rejected('no-0'),
        ACCEPTED,
        ACCEPTED,
        rejected('no-3'),
        ACCEPTED,
        ACCEPTED,
        rejected('no-6'),
      ]);
    });

    it('are reported as they come in', async () => {
      const first = gate();
      const reported: number[] = [];
      const bench = await setUp(async (call) => {
        if (sentIn(call).targets.includes(0)) await first.opened;
        return words(() => 'ok')(call);
      });
      await bench.send(4, {
        report: (index) => {
          reported.push(index);
          if (index === 3) first.open();
        },
      });
      expect(reported).toEqual([2, 3, 0, 1]);
    });

    it.each<[string, HttpServerAnswer, string]>([
      ['gets no answer', 'hang', 'timeout'],
      ['is cut', 'cut', 'connection_lost'],
    ])('that one %s concerns its targets alone', async (_, trouble, code) => {
      const bench = await setUp((call) => (sentIn(call).targets.includes(2) ? trouble : words(() => 'ok')(call)), {
        timeoutMs: 300,
      });
      const lost: Outcome = { kind: 'unavailable', code, retryAfterMs: null, maybeDelivered: true };
      await expect(bench.outcomes(5)).resolves.toEqual([ACCEPTED, ACCEPTED, lost, lost, ACCEPTED]);
    });

    it('that found nobody were certainly not delivered', async () => {
      const bench = await setUp(words(() => 'ok'));
      await bench.server.close();
      closers.pop();
      await expect(bench.outcomes(3)).resolves.toEqual(
        many(3, { kind: 'unavailable', code: 'connect_failed', retryAfterMs: null, maybeDelivered: false }),
      );
    });
  });

  describe('a target that no call may name', () => {
    const refuseEven = ({ tokenId }: Target): Outcome | null => (tokenId % 2 === 0 ? rejected('unsendable') : null);

    it('is reported by its own index and leaves room for others', async () => {
      const bench = await setUp(words(() => 'ok'));
      const outcomes = await bench.outcomes(5, { unsendable: refuseEven });
      expect(outcomes).toEqual([ACCEPTED, rejected('unsendable'), ACCEPTED, rejected('unsendable'), ACCEPTED]);
      expect(bench.sent().map(({ targets }) => targets)).toEqual([[0, 2], [4]]);
    });

    it('needs no access token', async () => {
      const bench = await setUp(words(() => 'ok'));
      const { rules, minted } = countedTokens();
      const outcomes = await bench.outcomes(3, {
        unsendable: () => rejected('unsendable'),
        ...withToken(bench, rules),
      });
      expect([outcomes, minted()]).toEqual([many(3, rejected('unsendable')), 0]);
    });

    it('is not among those that a failed or a stopped job concerns', async () => {
      const bench = await setUp(words(() => 'ok'));
      const failure: Outcome = { kind: 'misconfigured', code: 'no_token' };
      const { rules } = countedTokens({ mint: async () => await Promise.reject(new AccessTokenFailed(failure)) });
      const failed = await bench.outcomes(2, { unsendable: refuseEven, ...withToken(bench, rules) });
      expect(failed).toEqual([failure, rejected('unsendable')]);
      const stopped = await bench.outcomes(2, { unsendable: refuseEven, signal: AbortSignal.abort() });
      expect(stopped).toEqual([STOPPED, rejected('unsendable')]);
    });
  });

  describe('an answer known beforehand', () => {
    it('is reported without a call', async () => {
      const bench = await setUp(words(() => 'ok'));
      const known = await bench.outcomes(5, {
        prepare: (targets) => ({ kind: 'known', reading: sameForAll<Own>(targets, rejected('known')) }),
      });
      expect(known).toEqual(many(5, rejected('known')));
      expect(bench.server.calls).toEqual([]);
    });

    it('may ask for a remedy after which there is a call', async () => {
      const bench = await setUp(words(() => 'ok'));
      const outcomes = await bench.outcomes(2, {
        prepare: (targets, context) =>
          context.tried.has('left')
            ? { kind: 'call', call: { method: 'POST', path: '/', headers: {}, body: bodyFor(targets, context) } }
            : { kind: 'known', reading: sameForAll<Own>(targets, rejected('x'), { remedy: 'left' }) },
      });
      expect(outcomes).toEqual(many(2, ACCEPTED));
      expect(bench.sent()).toMatchObject([{ tried: ['left'] }]);
    });

    it('may hold for the whole credential', async () => {
      const bench = await setUp(words(() => 'ok'));
      let prepared = 0;
      const outcomes = await bench.outcomes(6, {
        prepare: async (targets) => {
          prepared++;
          await Promise.resolve();
          return { kind: 'known', reading: sameForAll<Own>(targets, rejected('shut'), { wholeCredential: true }) };
        },
      });
      expect(outcomes).toEqual(many(6, rejected('shut')));
      expect(prepared).toBe(3);
      expect(bench.server.calls).toEqual([]);
    });
  });

  describe('the access token', () => {
    it('is fetched once for all calls', async () => {
      const bench = await setUp(words(() => 'ok'));
      const { rules, minted } = countedTokens();
      await bench.outcomes(7, withToken(bench, rules));
      expect(bench.sent().map(({ token }) => token)).toEqual(['t1', 't1', 't1', 't1']);
      expect(minted()).toBe(1);
    });

    it('is renewed once for all calls that were refused with the old one', async () => {
      const all = gate();
      const bench = await setUp(async (call) => {
        if (call.index === 3) all.open();
        await all.opened;
        return words((_, { token }) => (token === 't1' ? 'fresh_token' : 'ok'))(call);
      });
      const { rules, minted } = countedTokens();
      await expect(bench.outcomes(8, withToken(bench, rules))).resolves.toEqual(many(8, ACCEPTED));
      expect(minted()).toBe(2);
      expect(bench.ports.accessTokens.asked).toEqual([
        { key: 'vendor:1', refused: undefined },
        { key: 'vendor:1', refused: 't1' },
      ]);
      expect(
        bench
          .sent()
          .map(({ token }) => token)
          .join(),
      ).toBe('t1,t1,t1,t1,t2,t2,t2,t2');
    });

    it('is not renewed again for a call that comes back late with the old one', async () => {
      const late = gate();
      const bench = await setUp(async (call) => {
        const { targets, token } = sentIn(call);
        if (token === 't1' && targets.includes(0)) await late.opened;
        return words(() => (token === 't1' ? 'fresh_token' : 'ok'))(call);
      });
      const { rules, minted } = countedTokens();
      const outcomes: Outcome[] = [];
      await bench.send(4, {
        ...withToken(bench, rules),
        report: (index, outcome) => {
          outcomes[index] = outcome;
          if (index === 3) late.open();
        },
      });
      expect(outcomes).toEqual(many(4, ACCEPTED));
      expect(minted()).toBe(2);
    });

    it('is renewed only once for a target, and its second refusal is reported', async () => {
      const bench = await setUp(words(() => 'fresh_token'));
      const { rules, minted } = countedTokens();
      await expect(bench.outcomes(2, withToken(bench, rules))).resolves.toEqual(many(2, rejected('fresh_token')));
      expect(minted()).toBe(2);
      expect(bench.sent().map(({ token, tried }) => ({ token, tried }))).toEqual([
        { token: 't1', tried: [] },
        { token: 't2', tried: ['fresh_token'] },
      ]);
    });

    it('stops the job when the new one is refused too and that holds for the whole credential', async () => {
      const bench = await setUp(
        ({ body }) => ({
          body: { targets: (JSON.parse(body) as Sent).targets.map(() => 'fresh_token'), whole: 'fresh_token' },
        }),
        { connections: 1 },
      );
      const { rules, minted } = countedTokens();
      await expect(bench.outcomes(20, withToken(bench, rules))).resolves.toEqual(many(20, rejected('fresh_token')));
      expect(minted()).toBe(2);
      expect(bench.sent().filter(({ token }) => token === 't2')).toHaveLength(1);
    });

    it('that may not be replaced leaves the refusal as it is and stops the job', async () => {
      const bench = await setUp(
        words(() => 'fresh_token'),
        { connections: 1 },
      );
      const { rules, minted } = countedTokens({ replaceable: () => false });
      await expect(bench.outcomes(6, withToken(bench, rules))).resolves.toEqual(many(6, rejected('fresh_token')));
      expect(minted()).toBe(1);
      expect(bench.sent().every(({ token }) => token === 't1')).toBe(true);
    });

    it('that no call carries cannot be renewed', async () => {
      const bench = await setUp(words(() => 'fresh_token'));
      await expect(bench.outcomes(2)).resolves.toEqual(many(2, rejected('fresh_token')));
      expect(bench.server.calls).toHaveLength(1);
    });

    it.each<[string, Error, Outcome]>([
      [
        'the vendor’s reason',
        new AccessTokenFailed({ kind: 'misconfigured', code: 'invalid_client' }),
        { kind: 'misconfigured', code: 'invalid_client' },
      ],
      [
        'trouble in the store',
        new TypeError('key t0ps3cret'),
        { kind: 'unavailable', code: 'access_token_unavailable', retryAfterMs: null, maybeDelivered: false },
      ],
    ])('that cannot be had leaves all targets unsent: %s', async (_, error, expected) => {
      const bench = await setUp(words(() => 'ok'));
      const { rules } = countedTokens({ mint: async () => await Promise.reject(error) });
      await expect(bench.outcomes(5, withToken(bench, rules))).resolves.toEqual(many(5, expected));
      expect(bench.server.calls).toEqual([]);
      expect(JSON.stringify(bench.ports.warnings)).not.toContain('t0ps3cret');
    });

    it('that cannot be renewed gives its reason to the refused and to what waits', async () => {
      const bench = await setUp(
        words(() => 'fresh_token'),
        { connections: 1 },
      );
      const outcome: Outcome = { kind: 'unavailable', code: 'token_down', retryAfterMs: 5, maybeDelivered: false };
      let mints = 0;
      const { rules } = countedTokens({
        mint: async (now) => {
          mints++;
          if (mints > 1) throw new AccessTokenFailed(outcome);
          return await Promise.resolve({ value: 't1', issuedAt: now, expiresAt: now + 1 });
        },
      });
      await expect(bench.outcomes(40, withToken(bench, rules))).resolves.toEqual(many(40, outcome));
      expect(mints).toBe(2);
      expect(bench.server.calls.length).toBeLessThan(20);
    });

    it('is asked for no more when a call comes back to a job that has stopped for want of it', async () => {
      const late = gate();
      const bench = await setUp(async (call) => {
        if (sentIn(call).targets.includes(0)) await late.opened;
        return words(() => 'fresh_token')(call);
      });
      const down = rejected('token_down');
      let mints = 0;
      const { rules } = countedTokens({
        mint: async (now) => {
          mints++;
          if (mints > 1) throw new AccessTokenFailed(down);
          return await Promise.resolve({ value: 't1', issuedAt: now, expiresAt: now + 1 });
        },
      });
      const outcomes: Outcome[] = [];
      await bench.send(4, {
        ...withToken(bench, rules),
        report: (index, outcome) => {
          outcomes[index] = outcome;
          if (index === 3) late.open();
        },
      });
      expect(outcomes).toEqual(many(4, down));
      expect(mints).toBe(2);
    });
  });

  describe('remedies', () => {
    it('alone: each target in a call of its own', async () => {
      const bench = await setUp(
        words((target, { targets }) => (targets.length > 1 ? 'alone' : target === 1 ? 'gone' : 'ok')),
      );
      await expect(bench.outcomes(3, { targetsPerCall: 3 })).resolves.toEqual([ACCEPTED, rejected('gone'), ACCEPTED]);
      expect(bench.sent().map(({ targets, tried }) => ({ targets, tried }))).toEqual(
        expect.arrayContaining([
          { targets: [0, 1, 2], tried: [] },
          { targets: [0], tried: ['alone'] },
          { targets: [1], tried: ['alone'] },
          { targets: [2], tried: ['alone'] },
        ]),
      );
      expect(bench.server.calls).toHaveLength(4);
    });

    it('alone: not for a target that was alone, nor a second time', async () => {
      const bench = await setUp(words(() => 'alone'));
      await expect(bench.outcomes(3)).resolves.toEqual(many(3, rejected('alone')));
      // Two together, one alone, then the two by themselves.
      expect(bench.server.calls).toHaveLength(4);
    });

    it('only for the targets that need one', async () => {
      const bench = await setUp(words((target, { tried }) => (target === 1 && tried.length === 0 ? 'left' : 'ok')));
      await expect(bench.outcomes(3, { targetsPerCall: 3 })).resolves.toEqual(many(3, ACCEPTED));
      expect(bench.sent()).toMatchObject([
        { targets: [0, 1, 2], tried: [] },
        { targets: [1], tried: ['left'] },
      ]);
    });

    it('of the same name together, of other names apart', async () => {
      const first = ['left', 'right', 'left', 'ok'];
      const bench = await setUp(words((target, { tried }) => (tried.length === 0 ? (first[target] ?? '') : 'ok')));
      await expect(bench.outcomes(4, { targetsPerCall: 4 })).resolves.toEqual(many(4, ACCEPTED));
      expect(bench.sent().slice(1)).toEqual(
        expect.arrayContaining([
          { targets: [0, 2], token: null, tried: ['left'] },
          { targets: [1], token: null, tried: ['right'] },
        ]),
      );
      expect(bench.server.calls).toHaveLength(3);
    });

    it.each(['left', 'right'])('of the vendor’s own are tried once each: %s', async (word) => {
      const bench = await setUp(words(() => word));
      await expect(bench.outcomes(2)).resolves.toEqual(many(2, rejected(word)));
      expect(bench.sent().map(({ tried }) => tried)).toEqual([[], [word]]);
    });

    it('follow one another, and the last refusal is reported', async () => {
      const chain = ['fresh_token', 'left', 'alone', 'right', 'end'];
      const bench = await setUp(words((_, { tried }) => chain[tried.length] ?? 'too far'));
      const { rules, minted } = countedTokens();
      await expect(bench.outcomes(2, withToken(bench, rules))).resolves.toEqual(many(2, rejected('end')));
      expect(minted()).toBe(2);
      expect(bench.sent().map(({ tried }) => tried)).toEqual([
        [],
        ['fresh_token'],
        ['fresh_token', 'left'],
        ['fresh_token', 'left', 'alone'],
        ['fresh_token', 'left', 'alone'],
        ['fresh_token', 'left', 'alone', 'right'],
        ['fresh_token', 'left', 'alone', 'right'],
      ]);
    });

    it('come to an end when each asks for the other', async () => {
      const bench = await setUp(words((_, { tried }) => (tried.at(-1) === 'left' ? 'right' : 'left')));
      await expect(bench.outcomes(1)).resolves.toEqual([rejected('left')]);
      expect(bench.sent().map(({ tried }) => tried)).toEqual([[], ['left'], ['left', 'right']]);
    });

    it('are not tried after a call without an answer', async () => {
      const bench = await setUp((call) => (call.index === 0 ? words(() => 'left')(call) : 'cut'));
      await expect(bench.outcomes(1)).resolves.toMatchObject([{ code: 'connection_lost', maybeDelivered: true }]);
      expect(bench.server.calls).toHaveLength(2);
    });
  });

  describe('what holds for the whole credential', () => {
    it('is the outcome of all that waits', async () => {
      const bench = await setUp(() => ({ body: { targets: ['no', 'no'], whole: 'shut' } }), { connections: 1 });
      await expect(bench.outcomes(100)).resolves.toEqual([...many(2, rejected('no')), ...many(98, rejected('shut'))]);
      expect(bench.server.calls).toHaveLength(1);
    });

    it('leaves calls under way their own', async () => {
      const stopped = gate();
      const bench = await setUp(
        async (call) => {
          if (sentIn(call).targets.includes(0)) return { body: { targets: ['no', 'no'], whole: 'shut' } };
          await stopped.opened;
          return words(() => 'ok')(call);
        },
        { connections: 2 },
      );
      const outcomes: Outcome[] = [];
      await bench.send(6, {
        report: (index, outcome) => {
          outcomes[index] = outcome;
          if (index === 4) stopped.open();
        },
      });
      expect(outcomes).toEqual([...many(2, rejected('no')), ...many(2, ACCEPTED), ...many(2, rejected('shut'))]);
    });

    it('stops remedies of calls under way', async () => {
      const stopped = gate();
      const bench = await setUp(
        async (call) => {
          if (sentIn(call).targets.includes(0)) return { body: { targets: ['no', 'no'], whole: 'shut' } };
          await stopped.opened;
          return words(() => 'left')(call);
        },
        { connections: 2 },
      );
      const outcomes: Outcome[] = [];
      await bench.send(6, {
        report: (index, outcome) => {
          outcomes[index] = outcome;
          if (index === 4) stopped.open();
        },
      });
      expect(outcomes).toEqual([...many(2, rejected('no')), ...many(4, rejected('shut'))]);
      expect(bench.server.calls).toHaveLength(2);
    });

    it('waits for the remedy that may yet disprove it', async () => {
      const bench = await setUp(
        (call) => {
          const { targets, tried } = sentIn(call);
          const word = tried.length === 0 && call.index === 0 ? 'left' : 'ok';
          return { body: { targets: targets.map(() => word), ...(word === 'left' ? { whole: 'shut' } : {}) } };
        },
        { connections: 1 },
      );
      await expect(bench.outcomes(6)).resolves.toEqual(many(6, ACCEPTED));
    });

    it('keeps the first reason', async () => {
      const both = gate();
      const bench = await setUp(
        async (call) => {
          if (call.index === 1) both.open();
          await both.opened;
          return { body: { targets: ['no', 'no'], whole: `shut-${call.index}` } };
        },
        { connections: 2 },
      );
      const rest = (await bench.outcomes(40)).slice(4);
      expect(new Set(rest.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
      expect(rest[0]).toMatchObject({ code: expect.stringMatching(/^shut-[01]$/) as unknown });
    });
  });

  describe('the signal', () => {
    it('aborted before: nothing is fetched, prepared or sent', async () => {
      const bench = await setUp(words(() => 'ok'));
      const { rules, minted } = countedTokens();
      let prepared = 0;
      const outcomes = await bench.outcomes(5, {
        ...withToken(bench, rules),
        signal: AbortSignal.abort(),
        prepare: (targets) => {
          prepared++;
          return { kind: 'known', reading: sameForAll<Own>(targets, ACCEPTED) };
        },
      });
      expect(outcomes).toEqual(many(5, STOPPED));
      expect([minted(), prepared, bench.server.calls.length]).toEqual([0, 0, 0]);
    });

    it('aborted while the access token is fetched: nothing is sent', async () => {
      const bench = await setUp(words(() => 'ok'));
      const controller = new AbortController();
      const { rules } = countedTokens({
        mint: async (now) => {
          controller.abort();
          return await Promise.resolve({ value: 't1', issuedAt: now, expiresAt: now + 1 });
        },
      });
      const outcomes = await bench.outcomes(5, { ...withToken(bench, rules), signal: controller.signal });
      expect(outcomes).toEqual(many(5, STOPPED));
      expect(bench.server.calls).toEqual([]);
    });

    it('aborted while calls are prepared: nothing is sent', async () => {
      const bench = await setUp(words(() => 'ok'));
      const controller = new AbortController();
      const signals: AbortSignal[] = [];
      const outcomes = await bench.outcomes(3, {
        signal: controller.signal,
        prepare: async (targets, context) => {
          signals.push(context.signal);
          await Promise.resolve();
          controller.abort();
          return { kind: 'call', call: { method: 'POST', path: '/', headers: {}, body: bodyFor(targets, context) } };
        },
      });
      expect(outcomes).toEqual(many(3, STOPPED));
      expect(bench.server.calls).toEqual([]);
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    });

    it('aborted while calls wait: what is under way is reported, the rest is given back', async () => {
      const controller = new AbortController();
      const bench = await setUp(
        (call) => {
          controller.abort();
          return words(() => 'ok')(call);
        },
        { connections: 1 },
      );
      await expect(bench.outcomes(50, { signal: controller.signal })).resolves.toEqual([
        ...many(2, ACCEPTED),
        ...many(48, STOPPED),
      ]);
      expect(bench.server.calls).toHaveLength(1);
    });

    it('aborted when all is under way: changes nothing', async () => {
      const all = gate();
      const controller = new AbortController();
      const bench = await setUp(async (call) => {
        if (call.index === 2) {
          controller.abort();
          all.open();
        }
        await all.opened;
        return words(() => 'ok')(call);
      });
      await expect(bench.outcomes(6, { signal: controller.signal })).resolves.toEqual(many(6, ACCEPTED));
    });

    it.each(['left', 'alone', 'fresh_token'])('aborted before a remedy: it is not tried (%s)', async (word) => {
      const controller = new AbortController();
      const bench = await setUp((call) => {
        controller.abort();
        return words(() => word)(call);
      });
      const { rules, minted } = countedTokens();
      const outcomes = await bench.outcomes(2, { ...withToken(bench, rules), signal: controller.signal });
      expect(outcomes).toEqual(many(2, STOPPED));
      expect(bench.server.calls).toHaveLength(1);
      expect(minted()).toBe(1);
    });

    it('is let go of in the end', async () => {
      const bench = await setUp(words(() => 'ok'));
      const { signal } = new AbortController();
      const listeners = new Set<unknown>();
      const watched = Object.assign(signal, {
        addEventListener: (_: string, listener: unknown) => void listeners.add(listener),
        removeEventListener: (_: string, listener: unknown) => void listeners.delete(listener),
      });
      await bench.outcomes(5, { signal: watched });
      expect(listeners.size).toBe(0);
    });
  });

  describe('a defect of ours', () => {
    it.each<[string, Partial<Job>]>([
      [
        'in classify',
        {
          classify: (answer, targets) => {
            if (targets.some(({ tokenId }) => tokenId === 1)) throw new RangeError('defect');
            return readAnswer(answer);
          },
        },
      ],
      [
        'in prepare',
        {
          prepare: (targets, context) => {
            if (targets.some(({ tokenId }) => tokenId === 1)) throw new RangeError('defect');
            return { kind: 'call', call: { method: 'POST', path: '/', headers: {}, body: bodyFor(targets, context) } };
          },
        },
      ],
    ])('%s rejects, after the other calls are done', async (_, changes) => {
      const bench = await setUp(words(() => 'ok'));
      const reported: number[] = [];
      const sending = bench.send(6, { ...changes, report: (index) => reported.push(index) });
      await expect(sending).rejects.toThrow('defect');
      expect(reported.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5]);
    });

    it('in a remedy rejects after the other remedies are done', async () => {
      const failed = gate();
      const first = ['left', 'right'];
      const bench = await setUp(async (call) => {
        const { tried } = sentIn(call);
        if (tried.includes('right')) await failed.opened;
        return words((target) => (tried.length === 0 ? (first[target] ?? '') : 'ok'))(call);
      });
      const reported: number[] = [];
      const sending = bench.send(2, {
        classify: (answer, _targets, { tried }) => {
          if (!tried.has('left')) return readAnswer(answer);
          failed.open();
          throw new RangeError('defect');
        },
        report: (index) => reported.push(index),
      });
      await expect(sending).rejects.toThrow('defect');
      expect(reported).toEqual([1]);
    });

    it('such as a reading without an entry per target rejects', async () => {
      const bench = await setUp(() => ({ body: { targets: ['ok'] } }));
      await expect(bench.send(2)).rejects.toThrow('entry per target');
    });
  });
});

describe('sameForAll', () => {
  const targets = manyTargets(2);

  it('gives all targets the same', () => {
    expect(sameForAll(targets, ACCEPTED)).toEqual({
      targets: [
        { outcome: ACCEPTED, remedy: null },
        { outcome: ACCEPTED, remedy: null },
      ],
      wholeCredential: null,
    });
  });

  it('adds a remedy, and the whole credential', () => {
    expect(sameForAll<Own>(targets.slice(1), rejected('x'), { remedy: 'left', wholeCredential: true })).toEqual({
      targets: [{ outcome: rejected('x'), remedy: 'left' }],
      wholeCredential: rejected('x'),
    });
  });
});

describe('outcomeOfFailure', () => {
  it.each([true, false])('keeps whether it may have been delivered: %s', (maybeDelivered) => {
    expect(outcomeOfFailure({ kind: 'failed', code: 'timeout', maybeDelivered })).toEqual({
      kind: 'unavailable',
      code: 'timeout',
      retryAfterMs: null,
      maybeDelivered,
    });
  });
});
