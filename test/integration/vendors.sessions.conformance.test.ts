import type { Notification, Outcome } from '#libs/contracts';
import { waitFor } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ACCEPTED, NOTIFICATION, NOW, vendorBench } from './support/vendor-bench.ts';
import { SESSION_DRIVERS, SESSION_VENDORS } from './support/vendor-drivers.ts';

/** Vendors that take one device token per call, over HTTP/2. */
describe.each(SESSION_VENDORS)('%s', (name) => {
  const driver = SESSION_DRIVERS[name];
  const bench = vendorBench(name, driver);
  const { counters, fault, onlyPush, openSender, present, received, send, sendOne, target, targets, timesReceived } =
    bench;
  const onceEach = (count: number): Map<string, number> =>
    new Map(targets(count).map(({ token }) => [token, 1] as const));
  const sorted = (times: ReadonlyMap<string, number>): [string, number][] =>
    [...times].sort(([a], [b]) => (a < b ? -1 : 1));

  describe('what arrives', () => {
    it('shows the notification as it was given', async () => {
      const notification: Notification = {
        ...NOTIFICATION,
        subtitle: 'Tuesday',
        badge: { kind: 'set', value: 7 },
        sound: 'chime.caf',
        image: 'https://example.com/cat.png',
        clickAction: 'OPEN_CHAT',
        data: { m: 'm-1', g: 'conv-8812', 'emoji 🎉': '"quoted"\n你好' },
        receiverKey: 't',
      };
      const outcome = await sendOne({ notification });
      const kept = onlyPush(target(0).token);
      expect(kept.state).toBe('shown');
      expect(outcome).toEqual({ kind: 'accepted', vendorId: kept.push.id });
      expect(present(kept)).toEqual(driver.shown(notification, target(0)));
      expect(kept.push.replaceKey).toBe('m-20931');
      expect(kept.push.details).toMatchObject(driver.details(notification));
    });

    it('counts the badge of each device', async () => {
      const notification: Notification = { ...NOTIFICATION, badge: { kind: 'add', value: 1 }, receiverKey: 't' };
      const to = [1, 2, 99_999].map((badge, index) => target(index, { badge }));
      expect(await send(to, { notification })).toEqual([ACCEPTED, ACCEPTED, ACCEPTED]);
      for (const one of to) expect(present(onlyPush(one.token))).toEqual(driver.shown(notification, one));
    });

    it('is silent for a background push', async () => {
      expect(await sendOne({ notification: { ...NOTIFICATION, background: true } })).toEqual(ACCEPTED);
      const kept = onlyPush(target(0).token);
      expect(kept.state).toBe('silent');
      expect(present(kept)).toMatchObject({ data: NOTIFICATION.data, warnings: [] });
    });

    it('is every notification that can be composed, as it was given', async () => {
      const free = /^(?!from$|message_type$|google|gcm|_|aps$|image$|click_action$|t$)/;
      const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });
      const notifications = fc.record<Notification, keyof Notification>(
        {
          purpose: fc.constantFrom('chat', 'call', 'system', 'marketing'),
          dedupeId: fc.stringMatching(/^[0-9a-f]{20}$/),
          title: text(40),
          body: text(100),
          subtitle: text(20),
          sound: fc.option(fc.constantFrom('default', 'chime.caf', 'naïve')),
          badge: fc.oneof(
            fc.constant({ kind: 'none' } as const),
            fc.record({ kind: fc.constant('set' as const), value: fc.oneof(fc.nat(100), fc.maxSafeNat()) }),
            fc.constant({ kind: 'add', value: 1 } as const),
          ),
          image: fc.webUrl(),
          clickAction: fc.constantFrom('OPEN_CHAT', 'a b/ç'),
          data: fc.dictionary(
            text(12).filter((key) => free.test(key)),
            text(30),
            { maxKeys: 5 },
          ),
          receiverKey: fc.constant('t'),
          collapseId: fc.stringMatching(/^[\x21-\x7e]{1,64}$/),
          collapse: fc.boolean(),
          threadId: text(30),
          expiresAt: fc.integer({ min: NOW - 1_000, max: NOW + 40 * 86_400_000 }),
          background: fc.constant(false),
          vendor: fc.constant({}),
        },
        {
          requiredKeys: [
            'purpose',
            'dedupeId',
            'title',
            'body',
            'badge',
            'data',
            'collapseId',
            'collapse',
            'threadId',
            'expiresAt',
            'background',
            'vendor',
          ],
        },
      );
      let index = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(notifications, { minLength: 1, maxLength: 20 }), async (several) => {
          await Promise.all(
            several.map(async (notification) => {
              const to = target((index += 1), { badge: notification.badge.kind === 'add' ? index : null });
              expect(await sendOne({ target: to, notification, jobId: `job-${index}` })).toEqual(ACCEPTED);
              const kept = onlyPush(to.token);
              expect(present(kept)).toEqual(driver.shown(notification, to));
              expect(kept.push.replaceKey).toBe(notification.collapseId);
            }),
          );
        }),
        { numRuns: 25 },
      );
    });

    it('is taken by the vendor whatever a message’s vendor section holds', async () => {
      const keys = [
        'title', 'subtitle', 'body', 'image', 'sound', 'category', 'threadId', 'targetContentId', 'interruptionLevel',
        'relevanceScore', 'mutableContent', 'contentAvailable', 'background', 'priority', 'clickAction', 'channelId',
        'icon', 'color', 'ticker', 'visibility', 'notificationPriority', 'options', 'fcmOptions', 'style',
      ]; // prettier-ignore
      const words = fc.constantFrom<unknown>(
        'high',
        'HIGH',
        'critical',
        '#12aBcd',
        '#12',
        'data',
        'constructor',
        5,
        1,
        null,
      );
      const sections = fc.dictionary(
        fc.constantFrom(...keys),
        fc.oneof(words, fc.jsonValue({ maxDepth: 2 }), fc.record({ analytics_label: words })),
      );
      let index = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(sections, { minLength: 1, maxLength: 20 }), async (several) => {
          await Promise.all(
            several.map(async (section) => {
              const to = target((index += 1), { badge: index });
              const notification: Notification = {
                ...NOTIFICATION,
                badge: { kind: 'add', value: 1 },
                receiverKey: 't',
                vendor: { [name]: section },
              };
              expect(await sendOne({ target: to, notification })).toEqual(ACCEPTED);
              expect(present(onlyPush(to.token)).warnings).toEqual([]);
            }),
          );
        }),
        { numRuns: 25 },
      );
    });

    it('keeps data under names that the vendor has for itself', async () => {
      const data = { from: 'lin', message_type: 'x', 'google.a': 'b', gcm: 'c', aps: 'd', collapse_key: 'e', m: 'm-1' };
      const notification = { ...NOTIFICATION, data };
      expect(await sendOne({ notification })).toEqual(ACCEPTED);
      expect(present(onlyPush(target(0).token))).toMatchObject({ title: 'Lin', data: { m: 'm-1' } });
    });

    it.each([
      ['ASCII', 'a'],
      ['Chinese', '你'],
      ['emoji of several characters', '👨‍👩‍👧‍👦'],
      ['combined characters', 'e\u0301'],
      ['what JSON escapes', '"\\\n'],
      ['control characters', '\u0001'],
    ])('is cut between characters when the text is too long: %s', async (_, unit) => {
      const notification: Notification = {
        ...NOTIFICATION,
        body: unit.repeat(8_192),
        data: { ...NOTIFICATION.data, alert: unit.repeat(8_192) },
      };
      expect(await sendOne({ notification })).toEqual(ACCEPTED);
      const { push } = onlyPush(target(0).token);
      const { title, body = '', data } = present(onlyPush(target(0).token));
      expect(title).toBe('Lin');
      expect(body.endsWith('…')).toBe(true);
      // Copies in the data go first.
      expect(['', '…']).toContain(data['alert']);
      const kept = body.slice(0, -1);
      const whole = unit.length === 3 ? kept.length : Math.floor(kept.length / unit.length) * unit.length;
      expect(kept).toBe(unit.repeat(Math.ceil(kept.length / unit.length)).slice(0, whole));
      expect(body.isWellFormed()).toBe(true);
      expect(driver.payloadBytes(push.raw)).toBeLessThanOrEqual(driver.payloadLimit);
      expect(driver.payloadBytes(push.raw)).toBeGreaterThan(driver.payloadLimit - 200);
    });

    it('is cut for the longest receiver and badge too', async () => {
      const receiver = '名'.repeat(128);
      const notification: Notification = {
        ...NOTIFICATION,
        body: '你'.repeat(8_192),
        badge: { kind: 'add', value: 1 },
        receiverKey: 't',
      };
      const to = [target(0, { receiver, badge: 2 ** 31 - 1 }), target(1, { receiver: 'x', badge: 0 })];
      expect(await send(to, { notification })).toEqual([ACCEPTED, ACCEPTED]);
    });

    it('replaces what an earlier attempt of the job has shown', async () => {
      const to = targets(3);
      const first = await send(to);
      const second = await send(to);
      expect([...first, ...second]).toEqual(Array.from({ length: 6 }, () => ACCEPTED));
      for (const { token } of to) expect(received(token).map(({ state }) => state)).toEqual(['replaced', 'shown']);
    });
  });

  describe('one token', () => {
    it.each(driver.deaths)('$reason ($timestamp) is $outcome.kind', async ({ reason, timestamp, outcome }) => {
      // The vendor knows us: some answers are read in the light of that.
      expect(await sendOne({ target: target(1) })).toEqual(ACCEPTED);
      expect(await sendOne()).toEqual(ACCEPTED);
      const { tokens } = bench.simulator.state.vendors[name];
      tokens.kill(target(0).token, { reason, timestamp: timestamp ?? null });
      const outcomes = await send(targets(4), { jobId: 'job-2' });
      expect(outcomes).toEqual([outcome, ACCEPTED, ACCEPTED, ACCEPTED]);
      tokens.revive(target(0).token);
      expect(await sendOne({ jobId: 'job-3' })).toEqual(ACCEPTED);
    });

    it.each(driver.malformedTokens)('malformed is $code ($token)', async ({ token, code }) => {
      const outcomes = await send([target(0, { token }), target(1)]);
      expect(outcomes).toEqual([{ kind: 'token_gone', code, goneAt: null }, ACCEPTED]);
    });

    it('is gone when it belongs to another app; many of them speak against the credential', async () => {
      const foreign = targets(40);
      for (const { token } of foreign) driver.registerElsewhere(bench.simulator, token);
      const gone = { kind: 'token_gone', code: driver.foreignTokenCode, goneAt: null };
      expect(await sendOne({ target: foreign[0] ?? target(0) })).toEqual(gone);
      const outcomes = await send(foreign.slice(1));
      const dropped = outcomes.filter(({ kind }) => kind === 'token_gone');
      expect(dropped.length).toBeLessThan(5);
      expect(outcomes.filter(({ kind }) => kind === 'misconfigured')).toHaveLength(outcomes.length - dropped.length);
    });
  });

  describe('an answer', () => {
    it.each(driver.failures)('$fault is $outcome', async ({ fault: given, outcome }) => {
      expect(await sendOne({ target: target(1) })).toEqual(ACCEPTED);
      fault(given);
      expect(await sendOne()).toEqual(outcome);
      expect(received(target(0).token)).toEqual([]);
      bench.simulator.state.faults.clear(name);
      expect(await sendOne()).toEqual(ACCEPTED);
    });

    it('that the push is bad is a rejection of it alone', async () => {
      const { credential, code } = driver.badPayload;
      driver.badPayload.arrange(bench.simulator, target(1).token);
      const outcomes = await send(targets(3), { credential });
      expect(outcomes).toEqual([ACCEPTED, expect.objectContaining({ kind: 'rejected', code }), ACCEPTED]);
    });

    it('is not asked for when the data alone is too large', async () => {
      const notification: Notification = { ...NOTIFICATION, data: { big: 'x'.repeat(5_000) } };
      const rejected = expect.objectContaining({ kind: 'rejected', code: 'payload_too_large' });
      expect(await send(targets(2), { notification })).toEqual([rejected, rejected]);
      expect(counters().requests).toBe(0);
    });
  });

  describe('the connection', () => {
    it('may hang: a time-out says that the push may have been delivered, and holds up nobody else', async () => {
      const hasty = openSender({ requestTimeoutMs: 400 });
      expect(await sendOne({ sender: hasty, target: target(1) })).toEqual(ACCEPTED);
      fault({ kind: 'hang', afterAccept: true, tokens: [target(0).token] });
      const order: number[] = [];
      const outcomes = await send(targets(20), {
        sender: hasty,
        jobId: 'job-2',
        onReport: (index) => order.push(index),
      });
      expect(outcomes[0]).toEqual({ kind: 'unavailable', code: 'timeout', retryAfterMs: null, maybeDelivered: true });
      expect(outcomes.slice(1)).toEqual(Array.from({ length: 19 }, () => ACCEPTED));
      expect(order.at(-1)).toBe(0);
      bench.simulator.state.faults.clear(name);
      expect(await sendOne({ sender: hasty, jobId: 'job-2' })).toEqual(ACCEPTED);
      expect(received(target(0).token).map(({ state }) => state)).toEqual(['replaced', 'shown']);
    });

    it('may hang from the start: no target is lost', async () => {
      const hasty = openSender({ requestTimeoutMs: 300 });
      fault({ kind: 'hang', tokens: [target(0).token] });
      const outcomes = await send(targets(10), { sender: hasty });
      expect(outcomes[0]).toEqual({ kind: 'unavailable', code: 'timeout', retryAfterMs: null, maybeDelivered: true });
      expect(outcomes.slice(1)).toEqual(Array.from({ length: 9 }, () => ACCEPTED));
    });

    it('may be reset in mid-answer', async () => {
      fault({ kind: 'reset', afterAccept: true, tokens: [target(2).token] });
      const outcomes = await send(targets(5));
      const lost = { kind: 'unavailable', code: 'connection_lost', retryAfterMs: null, maybeDelivered: true };
      expect(outcomes).toEqual([ACCEPTED, ACCEPTED, lost, ACCEPTED, ACCEPTED]);
      bench.simulator.state.faults.clear(name);
      expect(await sendOne({ target: target(2) })).toEqual(ACCEPTED);
      expect(received(target(2).token).map(({ state }) => state)).toEqual(['replaced', 'shown']);
    });

    it('may be told to go away while pushes are in flight: none is lost and none is doubled', async () => {
      fault({ kind: 'latency', ms: 20 }, { kind: 'goaway', afterRequests: 30, times: 4 });
      const to = targets(400);
      const later: Promise<Outcome[]>[] = [];
      let reports = 0;
      const outcomes = await send(to.slice(0, 300), {
        onReport: () => {
          reports += 1;
          // By then the connection is being given up.
          if (reports === 250) later.push(send(to.slice(300), { jobId: 'job-2' }));
        },
      });
      expect([...outcomes, ...(await Promise.all(later)).flat()]).toEqual(to.map(() => ACCEPTED));
      expect(sorted(timesReceived())).toEqual(sorted(onceEach(400)));
      expect(counters().connections).toBeGreaterThan(1);
      expect(counters().faults['goaway']).toBeGreaterThan(0);
    });

    it('may refuse streams: they are sent again at once', async () => {
      // A new connection may have a single stream, on which one push would be refused again and again.
      expect(await sendOne()).toEqual(ACCEPTED);
      fault({ kind: 'reset', code: 'REFUSED_STREAM', times: 40 });
      expect(await send(targets(100).slice(1))).toEqual(Array.from({ length: 99 }, () => ACCEPTED));
      expect(sorted(timesReceived())).toEqual(sorted(onceEach(100)));
    });

    it('may refuse one push for ever', async () => {
      fault({ kind: 'reset', code: 'REFUSED_STREAM', tokens: [target(0).token] });
      const refused = { kind: 'unavailable', code: 'refused_stream', retryAfterMs: null, maybeDelivered: false };
      expect(await send(targets(3))).toEqual([refused, ACCEPTED, ACCEPTED]);
    });

    it('is made again after the vendor was restarted', async () => {
      expect(await sendOne()).toEqual(ACCEPTED);
      const ports = Object.fromEntries(
        Object.entries(bench.simulator.urls).map(([port, url]) => [port, Number(new URL(url).port)]),
      );
      await bench.simulator.close();
      const down = await send(targets(20), { jobId: 'job-2' });
      for (const outcome of down) expect(outcome).toMatchObject({ kind: 'unavailable', maybeDelivered: false });
      bench.simulator = await bench.openSimulator(ports);
      driver.register(bench.simulator);
      expect(await send(targets(20), { jobId: 'job-2' })).toEqual(Array.from({ length: 20 }, () => ACCEPTED));
      expect(sorted(timesReceived())).toEqual(sorted(onceEach(20)));
    });

    it('lets what is in flight finish when the sender closes', async () => {
      expect(await sendOne({ target: target(50) })).toEqual(ACCEPTED);
      fault({ kind: 'latency', ms: 100 });
      const sending = send(targets(40), { jobId: 'job-2' });
      await waitFor(() => counters().requests > 1, { intervalMs: 1 });
      await bench.sender.close();
      expect(await sending).toEqual(Array.from({ length: 40 }, () => ACCEPTED));
      expect(await sendOne({ target: target(41) })).toEqual({
        kind: 'unavailable',
        code: 'closed',
        retryAfterMs: null,
        maybeDelivered: false,
      });
    });

    it('reports every target when the sender closes before it is open', async () => {
      const sending = send(targets(40));
      await bench.sender.close();
      const outcomes = await sending;
      const notSent = expect.objectContaining({ kind: 'unavailable', maybeDelivered: false });
      expect(outcomes).toEqual(outcomes.map(({ kind }) => (kind === 'accepted' ? ACCEPTED : notSent)));
      expect(received()).toHaveLength(outcomes.filter(({ kind }) => kind === 'accepted').length);
    });

    it('never makes the report differ from what the vendor took, whatever goes wrong at once', async () => {
      const hasty = openSender({ requestTimeoutMs: 500 });
      const some = (from: number, count: number): string[] =>
        targets(from + count)
          .slice(from)
          .map(({ token }) => token);
      fault(
        { kind: 'latency', ms: 5 },
        { kind: 'goaway', afterRequests: 60, times: 5 },
        { kind: 'reset', afterAccept: true, tokens: some(0, 20) },
        { kind: 'reset', afterAccept: false, tokens: some(20, 20) },
        { kind: 'reset', code: 'REFUSED_STREAM', times: 50 },
        { kind: 'hang', afterAccept: true, tokens: some(40, 10) },
        { kind: 'status', status: 503, tokens: some(50, 20) },
        { kind: 'reset', code: 'ENHANCE_YOUR_CALM', times: 5 },
      );
      const to = targets(500);
      const outcomes = await send(to, { sender: hasty });
      const times = timesReceived();
      to.forEach(({ token }, index) => {
        const outcome = outcomes[index];
        const taken = times.get(token) ?? 0;
        if (outcome?.kind === 'accepted') expect(taken).toBe(1);
        else if (outcome?.kind === 'unavailable' && outcome.maybeDelivered) expect(taken).toBeLessThanOrEqual(1);
        else expect([outcome?.kind, taken]).toEqual(['unavailable', 0]);
      });
      // Whoever no fault was meant for got through, but for those that share a fate with a cut connection.
      const untouched = outcomes.slice(70).filter(({ kind }) => kind === 'accepted');
      expect(untouched.length).toBeGreaterThanOrEqual(425);
    });
  });

  describe('the credential', () => {
    it('has its expired access token replaced once, and every push sent again', async () => {
      expect(await sendOne({ target: target(200) })).toEqual(ACCEPTED);
      expect(driver.accessTokens(bench.simulator)).toBe(1);
      bench.clock.advance(driver.expiry.ageMs);
      bench.skewMs = driver.expiry.skewMs;
      expect(await send(targets(200), { jobId: 'job-2' })).toEqual(Array.from({ length: 200 }, () => ACCEPTED));
      expect(driver.accessTokens(bench.simulator)).toBe(2);
      expect(sorted(timesReceived()).filter(([, times]) => times !== 1)).toEqual([]);
    });

    it('gets a new access token when the vendor has revoked the old one', async () => {
      expect(await sendOne({ target: target(200) })).toEqual(ACCEPTED);
      const revoked = driver.revokeAccessTokens(bench.simulator);
      expect(await send(targets(200), { jobId: 'job-2' })).toEqual(Array.from({ length: 200 }, () => ACCEPTED));
      expect(driver.accessTokens(bench.simulator)).toBe(revoked ? 2 : 1);
    });

    it('is misconfigured once its account was taken back, and works again when that is undone', async () => {
      expect(await sendOne({ target: target(100) })).toEqual(ACCEPTED);
      driver.revoke(bench.simulator);
      const outcomes = await send(targets(100), { jobId: 'job-2' });
      expect(outcomes).toEqual(outcomes.map(() => expect.objectContaining({ kind: 'misconfigured' })));
      expect(received()).toHaveLength(1);
      driver.register(bench.simulator);
      expect(await send(targets(100), { jobId: 'job-3' })).toEqual(Array.from({ length: 100 }, () => ACCEPTED));
    });

    it('with the wrong key is misconfigured, and another app’s with the right one works beside it', async () => {
      const { credential, code } = driver.wrongKey;
      const [wrong, right] = await Promise.all([
        send(targets(50), { credential }),
        send(targets(100).slice(50), { jobId: 'job-2' }),
      ]);
      expect(wrong).toEqual(wrong.map(() => ({ kind: 'misconfigured', code })));
      expect(right).toEqual(right.map(() => ACCEPTED));
    });

    it.each(driver.misplaced)('with $what is misconfigured: $code', async ({ credential, facts, code }) => {
      driver.register(bench.simulator, facts);
      const outcomes = await send(targets(20), { credential });
      expect(outcomes).toEqual(outcomes.map(() => ({ kind: 'misconfigured', code })));
      expect(received()).toEqual([]);
    });

    it('is not at fault when the clock is: the outcome says so', async () => {
      bench.clock.advance(-2 * 3_600_000);
      bench.skewMs = 2 * 3_600_000;
      const outcomes = await send(targets(5));
      expect(outcomes).toEqual(outcomes.map(() => driver.clockTwoHoursBehind));
    });

    for (const { fault: given, outcome } of driver.accessTokenFailures) {
      it(`waits while no access token can be had: ${JSON.stringify(given)}`, async () => {
        const hasty = openSender({ requestTimeoutMs: 300 });
        bench.simulator.state.faults.put('google-token', [given]);
        const outcomes = await send(targets(5), { sender: hasty });
        expect(outcomes).toEqual(outcomes.map(() => outcome));
        bench.simulator.state.faults.clear();
        expect(await sendOne({ sender: hasty })).toEqual(ACCEPTED);
        expect(counters().requests).toBe(1);
      });
    }

    it('has one access token for 500 sends that begin at once', async () => {
      const outcomes = await Promise.all(
        targets(500).map(async (one, index) => await sendOne({ target: one, jobId: `job-${index}` })),
      );
      expect(outcomes).toEqual(outcomes.map(() => ACCEPTED));
      expect(driver.accessTokens(bench.simulator)).toBe(1);
      expect(sorted(timesReceived())).toEqual(sorted(onceEach(500)));
      expect(counters()).toMatchObject({ requests: 500, accepted: 500, refused: {} });
      expect(counters().connections).toBeLessThanOrEqual(4);
    });
  });

  describe('a job that is another sender’s now', () => {
    it('makes no call when that is known before', async () => {
      const outcomes = await send(targets(3), { signal: AbortSignal.abort() });
      expect(outcomes).toEqual(
        targets(3).map(() => ({ kind: 'unavailable', code: 'stopped', retryAfterMs: null, maybeDelivered: false })),
      );
      expect(received()).toEqual([]);
    });

    it('keeps back what has not gone out, and reports what has as it was', async () => {
      const stop = new AbortController();
      const outcomes = await send(targets(500), { signal: stop.signal, onReport: () => stop.abort() });
      const accepted = outcomes.filter(({ kind }) => kind === 'accepted').length;
      expect(received()).toHaveLength(accepted);
      expect(accepted).toBeGreaterThan(0);
      expect(outcomes.filter((outcome) => 'code' in outcome && outcome.code === 'stopped')).toHaveLength(
        500 - accepted,
      );
      expect(accepted).toBeLessThan(500);
    });
  });

  it('reports each of 500 targets of one job once, good and dead ones', async () => {
    const to = targets(500);
    const isDead = (index: number): boolean => index % 7 === 3;
    const reason = bench.simulator.state.vendors[name].deathReasons[0] ?? '';
    to.forEach(({ token }, index) => {
      if (isDead(index)) bench.simulator.state.vendors[name].tokens.kill(token, { reason, timestamp: NOW - 1_000 });
    });
    for (const jobId of ['job-1', 'job-2']) {
      const outcomes = await send(to, { jobId });
      outcomes.forEach((outcome, index) => expect(outcome.kind).toBe(isDead(index) ? 'token_gone' : 'accepted'));
    }
    expect(counters().requests).toBe(1_000);
  });
});
