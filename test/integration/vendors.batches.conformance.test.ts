import type { Notification, Outcome, Receipt } from '#libs/contracts';
import { waitFor } from '#libs/testing';
import { vendorOf } from '#libs/vendors';
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import type { BatchDriver } from './support/batch-driver.ts';
import { ACCEPTED, NOTIFICATION, NOW, vendorBench } from './support/vendor-bench.ts';
import { BATCH_DRIVERS, BATCH_VENDORS } from './support/vendor-drivers.ts';

/** Vendors that take many device tokens per call, over HTTP/1.1. */
describe.each(BATCH_VENDORS)('%s', (name) => {
  const driver: BatchDriver = BATCH_DRIVERS[name];
  const vendor = vendorOf(name);
  const bench = vendorBench(name, driver);
  const { counters, fault, onlyPush, openSender, present, received, send, sendOne, target, targets, timesReceived } =
    bench;
  const all = (count: number, outcome: unknown): unknown[] => Array.from({ length: count }, () => outcome);
  const shownTo = (token: string): number => received(token).filter(({ state }) => state === 'shown').length;
  const death = () => driver.deaths[0] ?? { reason: '', outcome: null };
  const kill = (index: number, reason = death().reason): void =>
    bench.simulator.state.vendors[name].tokens.kill(target(index).token, { reason, timestamp: NOW - 1_000 });

  const warned = (kept: Parameters<typeof present>[0]): string[] =>
    present(kept).warnings.filter((warning) => driver.allowedWarnings?.test(warning) !== true);

  describe('what arrives', () => {
    it('is the notification as it was given', async () => {
      const notification: Notification = {
        ...NOTIFICATION,
        badge: { kind: 'set', value: 7 },
        image: 'https://example.com/cat.png',
        data: { m: 'm-1', g: 'conv-8812', 'emoji 🎉': '"quoted"\n你好&=+%' },
      };
      const outcome = await sendOne({ notification });
      const kept = onlyPush(target(0).token);
      expect(kept.state).toBe('shown');
      expect(outcome).toEqual({ kind: 'accepted', vendorId: kept.push.id });
      expect(present(kept)).toMatchObject(driver.shown(notification));
      expect(warned(kept)).toEqual([]);
    });

    it('does not show a push that shows nothing', async () => {
      const outcome = await sendOne({ notification: { ...NOTIFICATION, background: true } });
      if (driver.background === 'silent') {
        expect(outcome).toEqual(ACCEPTED);
        expect(onlyPush(target(0).token).state).toBe('silent');
      } else {
        expect(outcome).toMatchObject(driver.background);
        expect(received()).toEqual([]);
      }
    });

    it.each(['chat', 'call', 'system', 'marketing'] as const)('goes out in the class of a %s', async (purpose) => {
      expect(await sendOne({ notification: { ...NOTIFICATION, purpose } })).toEqual(ACCEPTED);
      expect(warned(onlyPush(target(0).token))).toEqual([]);
    });

    it('is every notification that can be composed', async () => {
      const text = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength });
      const visible = (maxLength: number) => text(maxLength).filter((value) => /[\p{L}\p{N}]/u.test(value));
      const notifications = fc.record<Notification>(
        {
          purpose: fc.constantFrom('chat', 'call'),
          title: visible(80),
          body: visible(300),
          subtitle: text(20),
          sound: fc.option(fc.constantFrom('default', 'chime.mp3', 'naïve')),
          badge: fc.oneof(
            fc.constant({ kind: 'none' } as const),
            fc.record({ kind: fc.constant('set' as const), value: fc.oneof(fc.nat(100), fc.maxSafeNat()) }),
            fc.record({ kind: fc.constant('add' as const), value: fc.integer({ min: 1, max: 1_000 }) }),
          ),
          image: fc.webUrl({ validSchemes: ['https'] }),
          data: fc.dictionary(text(12), text(30), { maxKeys: 5 }),
          receiverKey: fc.constant('t'),
          collapseId: fc.stringMatching(/^[\x21-\x7e]{1,64}$/),
          dedupeId: fc.stringMatching(/^[0-9a-f]{20}$/),
          collapse: fc.boolean(),
          threadId: text(30),
          expiresAt: fc.integer({ min: NOW + 1_000, max: NOW + 40 * 86_400_000 }),
          background: fc.constant(false),
          vendor: fc.constant({}),
        },
        {
          requiredKeys: [
            'purpose',
            'title',
            'body',
            'badge',
            'data',
            'collapseId',
            'dedupeId',
            'collapse',
            'threadId',
            'expiresAt',
            'background',
            'vendor',
          ] as never,
        },
      );
      let index = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(notifications, { minLength: 1, maxLength: 10 }), async (several) => {
          for (const notification of several) {
            // Some vendors count calls per second.
            bench.clock.advance(10);
            const to = target((index += 1));
            expect(await sendOne({ target: to, notification, jobId: String(index) })).toEqual(ACCEPTED);
            expect(warned(onlyPush(to.token))).toEqual([]);
          }
        }),
        { numRuns: 15 },
      );
    });

    it('is taken by the vendor whatever a message’s vendor section holds', async () => {
      const words = fc.constantFrom<unknown>(
        'HIGH',
        'NORMAL',
        'LOW',
        'IM',
        'x',
        '1',
        0,
        1,
        2,
        16,
        99,
        -1,
        1.5,
        null,
        true,
      );
      const sections = fc.dictionary(
        fc.constantFrom('constructor', ...driver.optionKeys),
        fc.oneof(words, fc.jsonValue({ maxDepth: 2 })),
      );
      let index = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(sections, { minLength: 1, maxLength: 10 }), async (several) => {
          for (const section of several) {
            bench.clock.advance(10);
            const outcome = await sendOne({
              target: target((index += 1)),
              notification: { ...NOTIFICATION, vendor: { [name]: section } },
            });
            // A channel, category or template that the account lacks is the credential's matter, never a broken request.
            expect(['accepted', 'misconfigured']).toContain(outcome.kind);
          }
        }),
        { numRuns: 25 },
      );
    });

    it.each([
      ['ASCII', 'a'],
      ['Chinese', '你'],
      ['emoji', '🎉'],
      ['emoji of several characters', '👨‍👩‍👧‍👦'],
      ['combined characters', 'e\u0301'],
      ['what JSON escapes', '"\\'],
      ['what forms escape', '&=+%'],
    ])('is cut between characters when the text is too long: %s', async (_, unit) => {
      const notification: Notification = { ...NOTIFICATION, title: unit.repeat(2_000), body: unit.repeat(8_192) };
      const outcome = await sendOne({ notification });
      expect(outcome).toEqual(ACCEPTED);
      const kept = onlyPush(target(0).token);
      const { title = '', body = '' } = present(kept);
      for (const [text, limit] of [
        [title, driver.textLimits.title],
        [body, driver.textLimits.body],
      ] as const) {
        expect(text.isWellFormed()).toBe(true);
        if (limit !== null) expect(Array.from(text).length).toBeLessThanOrEqual(limit);
      }
      if (driver.payloadLimit !== null)
        expect(driver.payloadBytes(kept.push.raw)).toBeLessThanOrEqual(driver.payloadLimit);
    });

    it('is shown once when an attempt is repeated', async () => {
      const to = targets(3);
      expect([...(await send(to)), ...(await send(to))]).toEqual(all(6, ACCEPTED));
      for (const { token } of to) expect(shownTo(token)).toBe(1);
    });

    it('is shown beside an earlier message to the same device', async () => {
      const second = { ...NOTIFICATION, collapseId: 'm-20932', dedupeId: '0123456789abcdef0124' };
      expect(await sendOne()).toEqual(ACCEPTED);
      expect(await sendOne({ notification: second, jobId: '2' })).toEqual(ACCEPTED);
      expect(shownTo(target(0).token)).toBe(2);
    });
  });

  describe('a batch', () => {
    it.each([1, 2, driver.targetsPerCall, driver.targetsPerCall + 1])(
      'of %i targets takes the fewest calls',
      async (count) => {
        expect(await send(targets(count))).toEqual(all(count, ACCEPTED));
        expect(counters().calls).toEqual(driver.callsFor(count));
        expect(counters()).toMatchObject({ accepted: count, refused: {} });
        expect(new Set(timesReceived().values())).toEqual(new Set([1]));
      },
    );

    it.each(driver.deaths)(
      'with a token that is $reason is $outcome.kind for it alone',
      async ({ reason, outcome, alone }) => {
        // The vendor knows us: some answers are read in the light of that.
        expect(await send(targets(5))).toEqual(all(5, ACCEPTED));
        kill(2, reason);
        expect(await send(targets(5), { jobId: '2' })).toEqual([ACCEPTED, ACCEPTED, outcome, ACCEPTED, ACCEPTED]);
        kill(6, reason);
        expect(await sendOne({ target: target(6), jobId: '3' })).toEqual(alone ?? outcome);
        bench.simulator.state.vendors[name].tokens.revive(target(2).token);
        expect(await sendOne({ target: target(2), jobId: '4' })).toEqual(ACCEPTED);
      },
    );

    it('reports each of its targets once, good and dead ones', async () => {
      const count = Math.min(500, driver.targetsPerCall * 2);
      const isDead = (index: number): boolean => index % 7 === 3;
      for (let index = 0; index < count; index++) if (isDead(index)) kill(index);
      const outcomes = await send(targets(count));
      outcomes.forEach((outcome, index) => {
        expect(outcome).toEqual(isDead(index) ? death().outcome : ACCEPTED);
      });
    });

    for (const { token, outcome } of driver.malformedTokens) {
      it(`of the malformed token ${token.slice(0, 30)} alone is ${outcome.kind}`, async () => {
        expect(await sendOne({ target: target(0, { token }) })).toEqual(outcome);
        expect(await sendOne()).toEqual(ACCEPTED);
      });
    }
  });

  describe('an answer', () => {
    it.each(driver.failures)('$fault is $outcome', async ({ fault: given, outcome }) => {
      expect(await sendOne({ target: target(9) })).toEqual(ACCEPTED);
      fault(given);
      expect(await send(targets(3))).toEqual(all(3, outcome));
      expect(received(target(0).token)).toEqual([]);
      bench.simulator.state.faults.clear(name);
      expect(await send(targets(3))).toEqual(all(3, ACCEPTED));
    });

    it('that the body is bad is a rejection', async () => {
      fault(driver.badPayload.fault);
      const { code } = driver.badPayload;
      expect(await send(targets(2))).toEqual(all(2, expect.objectContaining({ kind: 'rejected', code })));
    });

    if (driver.quota !== null) {
      const { exhaust, outcome } = driver.quota;
      it('that the day’s quota is used up waits for the reset', async () => {
        exhaust(bench.simulator);
        expect(await send(targets(3))).toEqual(all(3, outcome));
      });
    }
  });

  describe('the connection', () => {
    it.each([
      ['hang', 'timeout', { kind: 'hang', afterAccept: true, times: 1 }],
      ['break in mid-answer', 'connection_lost', { kind: 'reset', afterAccept: true, times: 1 }],
    ] as const)('may %s: the push may have been delivered, and its repeat shows once', async (_, code, given) => {
      const hasty = openSender({ requestTimeoutMs: 400 });
      // Access tokens and stored bodies are there by then.
      expect(await send(targets(4).slice(2), { sender: hasty })).toEqual(all(2, ACCEPTED));
      fault(given);
      const lost = { kind: 'unavailable', code, retryAfterMs: null, maybeDelivered: true };
      expect(await send(targets(2), { sender: hasty })).toEqual(all(2, lost));
      expect(await send(targets(2), { sender: hasty })).toEqual(all(2, ACCEPTED));
      for (const { token } of targets(2)) expect(shownTo(token)).toBe(1);
    });

    it('holds up nobody else while one call hangs', async () => {
      const hasty = openSender({ requestTimeoutMs: 400 });
      expect(await sendOne({ sender: hasty, target: target(9) })).toEqual(ACCEPTED);
      fault({ kind: 'hang', tokens: [target(0).token] });
      const order: string[] = [];
      const outcomes = await Promise.all(
        ['0', '1', '2'].map(async (job, index) => {
          const outcome = await sendOne({ sender: hasty, target: target(index), jobId: `1${job}` });
          order.push(job);
          return outcome.kind;
        }),
      );
      expect(outcomes).toEqual(['unavailable', 'accepted', 'accepted']);
      expect(order.at(-1)).toBe('0');
    });

    it('is kept and used again', async () => {
      for (let job = 0; job < 20; job++)
        expect(await sendOne({ target: target(job), jobId: `${job + 1}` })).toEqual(ACCEPTED);
      expect(counters().connections).toBeLessThanOrEqual(2);
    });

    it('is made again after the vendor was restarted', async () => {
      expect(await sendOne()).toEqual(ACCEPTED);
      const ports = Object.fromEntries(
        Object.entries(bench.simulator.urls).map(([port, url]) => [port, Number(new URL(url).port)]),
      );
      await bench.simulator.close();
      const down = await send(targets(20), { jobId: '2' });
      for (const outcome of down) expect(outcome).toMatchObject({ kind: 'unavailable' });
      bench.simulator = await bench.openSimulator(ports);
      driver.register(bench.simulator);
      bench.clock.advance(61_000);
      expect(await send(targets(20), { jobId: '2' })).toEqual(all(20, ACCEPTED));
    });

    it('lets what is in flight finish when the sender closes', async () => {
      expect(await sendOne({ target: target(9) })).toEqual(ACCEPTED);
      fault({ kind: 'latency', ms: 100 });
      const sending = send(targets(1), { jobId: '2' });
      const before = counters().requests;
      await waitFor(() => counters().requests > before, { intervalMs: 1 });
      await bench.sender.close();
      expect(await sending).toEqual([ACCEPTED]);
      expect(await sendOne({ target: target(8) })).toMatchObject({ kind: 'unavailable', maybeDelivered: false });
    });

    it('that nobody answers was certainly not used', async () => {
      expect(await sendOne()).toEqual(ACCEPTED);
      await bench.simulator.close();
      const outcome = await sendOne({ target: target(1), jobId: '2' });
      expect(outcome).toMatchObject({ kind: 'unavailable' });
    });
  });

  describe('the credential', () => {
    it.each(driver.wrongCredentials)('with $what is misconfigured: $code', async ({ credential, facts, code }) => {
      if (facts !== undefined) driver.register(bench.simulator, facts);
      const outcomes = await send(targets(5), { credential });
      expect(outcomes).toEqual(all(5, expect.objectContaining({ kind: 'misconfigured', code })));
      expect(received()).toEqual([]);
    });

    it('is misconfigured once its account was taken back, and works again when that is undone', async () => {
      expect(await sendOne({ target: target(9) })).toEqual(ACCEPTED);
      driver.revoke(bench.simulator);
      bench.clock.advance(61_000);
      const outcomes = await send(targets(5), { jobId: '2' });
      expect(outcomes).toEqual(all(5, expect.objectContaining({ kind: 'misconfigured' })));
      driver.register(bench.simulator);
      bench.clock.advance(61_000);
      expect(await send(targets(5), { jobId: '3' })).toEqual(all(5, ACCEPTED));
    });

    it('that is broken does not harm another app’s beside it', async () => {
      const [wrong] = driver.wrongCredentials.filter(({ facts }) => facts === undefined);
      const [broken, right] = await Promise.all([
        send(targets(5), { credential: wrong?.credential ?? {} }),
        send(targets(10).slice(5), { jobId: '2' }),
      ]);
      expect(broken).toEqual(all(5, expect.objectContaining({ kind: 'misconfigured' })));
      expect(right).toEqual(all(5, ACCEPTED));
    });

    if (driver.clockTwoHoursBehind !== null) {
      it('is not at fault when the clock is: the outcome says so', async () => {
        bench.clock.advance(-2 * 3_600_000);
        bench.skewMs = 2 * 3_600_000;
        expect(await send(targets(3))).toEqual(all(3, driver.clockTwoHoursBehind));
      });
    }
  });

  if (driver.accessTokens !== null) {
    const { scope, issued, revoke, expiry, failures } = driver.accessTokens;

    describe('the access token', () => {
      if (expiry !== null) {
        it('is replaced once when it has expired, and every push is sent again', async () => {
          expect(await sendOne({ target: target(200) })).toEqual(ACCEPTED);
          expect(issued(bench.simulator)).toBe(1);
          bench.clock.advance(expiry.ageMs);
          bench.skewMs = expiry.skewMs;
          const outcomes = await Promise.all(
            targets(20).map(async (one, index) => await sendOne({ target: one, jobId: String(index + 2) })),
          );
          expect(outcomes).toEqual(all(20, ACCEPTED));
          expect(issued(bench.simulator)).toBe(2);
          expect(new Set(timesReceived().values())).toEqual(new Set([1]));
        });
      }

      it('is replaced when the vendor has revoked it', async () => {
        expect(await sendOne({ target: target(200) })).toEqual(ACCEPTED);
        revoke(bench.simulator);
        bench.clock.advance(61_000);
        expect(await send(targets(20), { jobId: '2' })).toEqual(all(20, ACCEPTED));
        expect(issued(bench.simulator)).toBe(2);
      });

      it('is one for 100 sends that begin at once', async () => {
        const outcomes = await Promise.all(
          targets(100).map(async (one, index) => await sendOne({ target: one, jobId: String(index + 1) })),
        );
        expect(outcomes).toEqual(all(100, ACCEPTED));
        expect(issued(bench.simulator)).toBe(1);
        expect(new Set(timesReceived().values())).toEqual(new Set([1]));
      });

      for (const { fault: given, outcome } of failures) {
        it(`is waited for while it cannot be had: ${JSON.stringify(given)}`, async () => {
          const hasty = openSender({ requestTimeoutMs: 300 });
          bench.simulator.state.faults.put(scope, [given]);
          expect(await send(targets(3), { sender: hasty })).toEqual(all(3, outcome));
          bench.simulator.state.faults.clear();
          expect(await sendOne({ sender: hasty })).toEqual(ACCEPTED);
        });
      }
    });
  }

  describe('a job that is another sender’s now', () => {
    it('makes no call when that is known before', async () => {
      const stopped = { kind: 'unavailable', code: 'stopped', retryAfterMs: null, maybeDelivered: false };
      expect(await send(targets(3), { signal: AbortSignal.abort() })).toEqual(all(3, stopped));
      expect(received()).toEqual([]);
    });
  });

  describe('receipts', () => {
    const posts: { headers: Record<string, string>; body: string }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)]));
        posts.push({ headers, body: Buffer.concat(chunks).toString('utf8') });
        response.end('{}');
      });
    });
    const listening = async (): Promise<string> => {
      if (!server.listening) {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
      }
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/receipts`;
    };
    const read = (post: { headers: Record<string, string>; body: string }) =>
      vendor.receipts?.read(post, vendor.credentialSchema.parse(driver.credential), bench.clock.now());
    const arrived = async (count: number): Promise<Receipt[]> => {
      const receipts = (): Receipt[] =>
        posts.flatMap((post) => {
          const reading = read(post);
          return reading?.kind === 'receipts' ? [...reading.receipts] : [];
        });
      return await waitFor(() => (receipts().length >= count ? receipts() : null), { what: `${count} receipts` });
    };
    const sendWithReceipts = async (count: number, jobId: string): Promise<void> => {
      const url = await listening();
      driver.receipts.configure?.(bench.simulator, url);
      expect(await send(targets(count), { jobId, receiptUrl: url })).toEqual(all(count, ACCEPTED));
    };

    afterEach(() => {
      posts.length = 0;
      server.closeAllConnections();
      server.close();
    });

    it('say which push of which job was delivered', async () => {
      await sendWithReceipts(3, '4711');
      const receipts = await arrived(3);
      expect(
        receipts
          .map(({ token, jobId, state }) => ({ token, jobId, state }))
          .toSorted((a, b) => (a.token < b.token ? -1 : 1)),
      ).toEqual(targets(3).map(({ token }) => ({ token, jobId: '4711', state: 'delivered' })));
      for (const { at } of receipts) expect(at === null || Math.abs(at - NOW) < 60_000).toBe(true);
    });

    it.each(driver.receipts.codes)('of code $code mean $state', async ({ code, state }) => {
      bench.simulator.state.receipts.plan(name, [code]);
      await sendWithReceipts(1, '12');
      const [receipt] = await arrived(1);
      expect(receipt).toMatchObject({ token: target(0).token, jobId: '12', state });
      expect(receipt?.code).toContain(code);
    });

    it('are answered as the vendor expects', async () => {
      await sendWithReceipts(1, '12');
      await arrived(1);
      for (const post of posts) {
        expect(read(post)).toMatchObject({
          kind: 'receipts',
          answer: { contentType: expect.any(String), body: expect.any(String) },
        });
      }
    });

    it('of nobody we know are refused', async () => {
      await sendWithReceipts(1, '12');
      await arrived(1);
      const [post] = posts;
      const { forge } = driver.receipts;
      if (post === undefined) throw new Error('no post');
      if (forge !== null)
        expect(read({ ...post, headers: { ...forge(post.headers) } })).toEqual({
          kind: 'refused',
          reason: 'unauthorized',
        });
      for (const body of ['', '{', '[]x', 'null', '5', '"text"', '{"statuses":5}', 'data=%7B', 'cb=5']) {
        const reading = read({ ...post, body });
        expect(['refused', 'receipts']).toContain(reading?.kind);
        if (reading?.kind === 'receipts') expect(reading.receipts).toEqual([]);
      }
    });
  });

  it('has receipts, and lists every outcome that its codes can have', () => {
    expect(vendor.receipts).not.toBeNull();
    const outcomes: readonly Outcome[] = driver.failures.map(({ outcome }) => outcome);
    for (const kind of ['throttled', 'unavailable'] as const)
      expect(outcomes.map((outcome) => outcome.kind)).toContain(kind);
  });
});
