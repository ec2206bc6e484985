import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { createSecureContext } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { closedAfterEach } from '../test/closers.ts';
import { answer, startServer, type ServerCall, type TestServer } from '../test/h2-server.ts';
import { TEST_CERT } from '../test/tls-fixture.ts';
import { Http2Call, type CallResult } from './http2-call.ts';
import { Http2SessionPool, type PoolOptions } from './http2-session-pool.ts';

const closers = closedAfterEach();

async function serve(
  onCall: (call: ServerCall) => void,
  options?: Parameters<typeof startServer>[1],
): Promise<TestServer> {
  const server = await startServer(onCall, options);
  closers.push(server.close);
  return server;
}

function poolFor(origin: string, options: Partial<PoolOptions> = {}): Http2SessionPool {
  const pool = new Http2SessionPool({
    origin,
    secureContext: null,
    maxInFlight: 500,
    maxSessions: 1,
    warmedBy: null,
    requestTimeoutMs: 5_000,
    pingIntervalMs: 60_000,
    pingTimeoutMs: 1_000,
    idleMs: 3_600_000,
    backoff: { firstMs: 1, longestMs: 5 },
    random: () => 0.5,
    onTrouble: () => undefined,
    ...options,
  });
  closers.push(async () => await pool.close());
  return pool;
}

async function post(pool: Http2SessionPool, path = '/', body = '{}'): Promise<CallResult> {
  return await new Promise((resolve) => {
    pool.request(new Http2Call({ ':method': 'POST', ':path': path }, Buffer.from(body), true, resolve));
  });
}

async function postMany(pool: Http2SessionPool, count: number): Promise<CallResult[]> {
  return await Promise.all(Array.from({ length: count }, async (_, index) => await post(pool, `/${index}`)));
}

function statusOf(result: CallResult): number | string {
  return result.kind === 'answer' ? result.status : result.code;
}

const accept = (call: ServerCall): void => answer(call, 200);

describe('Http2SessionPool', () => {
  it('sends many calls over one connection', async () => {
    const server = await serve(accept);
    const results = await postMany(poolFor(server.origin), 300);
    expect(new Set(results.map(statusOf))).toEqual(new Set([200]));
    expect(server.sessions).toHaveLength(1);
    expect(new Set(server.calls.map((call) => call.headers[':path'])).size).toBe(300);
  });

  it('reads the body of a failure and skips that of a 200', async () => {
    const server = await serve((call) => answer(call, call.index === 0 ? 200 : 400, { reason: 'Because' }));
    const pool = poolFor(server.origin);
    expect(await post(pool)).toMatchObject({ status: 200, body: '' });
    expect(await post(pool)).toMatchObject({ status: 400, body: '{"reason":"Because"}' });
  });

  it('keeps to the smaller of the peer’s stream limit and its own', async () => {
    const server = await serve((call) => setImmediate(() => answer(call, 200)), {
      settings: { maxConcurrentStreams: 7 },
    });
    await postMany(poolFor(server.origin), 100);
    expect(server.mostOpen()).toBe(7);
    const generous = await serve((call) => setImmediate(() => answer(call, 200)), {
      settings: { maxConcurrentStreams: 1_000 },
    });
    await postMany(poolFor(generous.origin, { maxInFlight: 20 }), 100);
    expect(generous.mostOpen()).toBe(20);
  });

  it('follows the stream limit when it is raised and when it is lowered', async () => {
    let held: ServerCall[] = [];
    const seen: number[] = [];
    const server = await serve(
      (call) => {
        held.push(call);
        if (call.index === 0) {
          call.session.settings({ maxConcurrentStreams: 10 }, () => answer(call, 200));
          held = [];
        } else if (held.length === (seen.length === 0 ? 10 : 3)) {
          seen.push(held.length);
          const batch = held;
          held = [];
          call.session.settings({ maxConcurrentStreams: 3 }, () => {
            for (const each of batch) answer(each, 200);
          });
        }
      },
      { settings: { maxConcurrentStreams: 1 } },
    );
    await postMany(poolFor(server.origin), 1 + 10 + 3 + 3);
    expect(seen).toEqual([10, 3, 3]);
  });

  it('sends one call alone on a new connection until the peer has accepted it', async () => {
    const openWhenAnswered: number[] = [];
    const server = await serve(
      (call) =>
        setImmediate(() => {
          openWhenAnswered.push(server.calls.length - call.index);
          answer(call, call.index < 2 ? 403 : 200);
        }),
      { settings: { maxConcurrentStreams: 1_000 } },
    );
    await postMany(poolFor(server.origin, { warmedBy: (status) => status !== 403 }), 30);
    expect(openWhenAnswered.slice(0, 3)).toEqual([1, 1, 1]);
    expect(server.mostOpen()).toBeGreaterThan(5);
  });

  it('opens more sessions when all are full, up to the maximum', async () => {
    const held: ServerCall[] = [];
    const server = await serve(
      (call) => {
        held.push(call);
        if (held.length >= 6) for (const each of held.splice(0)) answer(each, 200);
      },
      { settings: { maxConcurrentStreams: 2 } },
    );
    await postMany(poolFor(server.origin, { maxSessions: 3 }), 60);
    expect(server.sessions).toHaveLength(3);
    expect(server.mostOpen()).toBe(6);
  });

  it('lets accepted streams finish after GOAWAY and sends the others again over a new connection', async () => {
    const server = await serve((call) => {
      if (call.session !== server.sessions[0]) answer(call, 200);
      // Streams 1 and 3 are accepted, 5 to 19 are not.
      else if (call.index === 9) {
        call.session.goaway(0, 3);
        setImmediate(() => {
          for (const each of server.calls.slice(0, 2)) answer(each, 200);
        });
      }
    });
    const results = await postMany(poolFor(server.origin), 10);
    expect(results.map(statusOf)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(server.sessions).toHaveLength(2);
    const again = server.calls.slice(10).map((call) => call.headers[':path']);
    expect(again.sort()).toEqual(['/2', '/3', '/4', '/5', '/6', '/7', '/8', '/9']);
  });

  it('says that an accepted stream may have been delivered when GOAWAY with an error cuts it', async () => {
    const trouble: unknown[] = [];
    const server = await serve((call) => {
      if (call.session !== server.sessions[0]) answer(call, 200);
      else if (call.index === 2) call.session.goaway(2, 1, Buffer.from('{"reason":"Shutdown"}'));
    });
    const pool = poolFor(server.origin, { onTrouble: (_, fields) => trouble.push(fields) });
    const results = await postMany(pool, 3);
    expect(results[0]).toMatchObject({ kind: 'failed', code: 'connection_lost', maybeDelivered: true });
    expect(results.slice(1).map(statusOf)).toEqual([200, 200]);
    expect(trouble).toContainEqual({ code: 2, data: '{"reason":"Shutdown"}', answers: 0 });
  });

  it('sends a refused stream again at once', async () => {
    const server = await serve((call) => {
      if (call.index < 2) call.stream.close(7);
      else answer(call, 200);
    });
    expect(await post(poolFor(server.origin))).toMatchObject({ kind: 'answer', status: 200 });
    expect(server.calls).toHaveLength(3);
  });

  it('gives up a stream that is refused again and again', async () => {
    const server = await serve((call) => call.stream.close(7));
    expect(await post(poolFor(server.origin))).toEqual({
      kind: 'failed',
      code: 'refused_stream',
      maybeDelivered: false,
    });
    expect(server.calls).toHaveLength(4);
  });

  it('says that a stream which was reset otherwise may have been delivered', async () => {
    const server = await serve((call) => call.stream.close(2));
    expect(await post(poolFor(server.origin))).toMatchObject({ code: 'connection_lost', maybeDelivered: true });
  });

  it.each([200, 500])('says that a push may have been delivered when a %d is cut in the middle', async (status) => {
    const server = await serve((call) => {
      call.stream.respond({ ':status': status });
      call.stream.write('{"reas', () => call.stream.close(8));
    });
    expect(await post(poolFor(server.origin))).toMatchObject({ code: 'connection_lost', maybeDelivered: true });
  });

  it('says so too when the whole connection is cut', async () => {
    const server = await serve((call) => {
      if (call.index === 1) setImmediate(() => call.session.destroy());
      else if (call.index > 1) answer(call, 200);
    });
    const pool = poolFor(server.origin);
    const results = await postMany(pool, 2);
    expect(results).toMatchObject([
      { code: 'connection_lost', maybeDelivered: true },
      { code: 'connection_lost', maybeDelivered: true },
    ]);
    expect(await post(pool)).toMatchObject({ status: 200 });
  });

  it('fails a call that gets no answer in time', async () => {
    const server = await serve(() => undefined);
    const result = await post(poolFor(server.origin, { requestTimeoutMs: 60 }));
    expect(result).toEqual({ kind: 'failed', code: 'timeout', maybeDelivered: true });
  });

  it('keeps a connection that answers other calls while one times out', async () => {
    const server = await serve((call) => {
      if (call.index > 0) answer(call, 200);
    });
    const pool = poolFor(server.origin, { requestTimeoutMs: 100 });
    const [first] = await Promise.all([post(pool), post(pool)]);
    expect(statusOf(first)).toBe('timeout');
    await post(pool);
    expect(server.sessions).toHaveLength(1);
  });

  it('leaves a connection that answered nothing for the length of a time-out', async () => {
    const server = await serve((call) => {
      if (call.session !== server.sessions[0]) answer(call, 200);
    });
    const pool = poolFor(server.origin, { requestTimeoutMs: 100 });
    expect(statusOf(await post(pool))).toBe('timeout');
    expect(statusOf(await post(pool))).toBe(200);
  });

  it('drops a connection that swallows calls and pings', async () => {
    const sockets: Socket[] = [];
    const server = await serve((call) => {
      if (call.session === server.sessions[0]) sockets.forEach((socket) => socket.pause());
      else answer(call, 200);
    });
    // A relay whose first connection can be stopped in both directions without closing it.
    const relay = createTcpServer((socket) => {
      const { port } = new URL(server.origin);
      const upstream = new (socket.constructor as typeof Socket)().connect(Number(port), '127.0.0.1');
      if (sockets.length === 0) sockets.push(socket, upstream);
      socket.pipe(upstream).pipe(socket);
      for (const each of [socket, upstream]) each.on('error', () => undefined);
      socket.on('close', () => upstream.destroy());
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    closers.push(async () => {
      relay.close();
      await Promise.resolve();
    });
    const { port } = relay.address() as AddressInfo;
    const pool = poolFor(`http://127.0.0.1:${port}`, { requestTimeoutMs: 100, pingTimeoutMs: 50 });
    const first = await post(pool);
    expect(first).toMatchObject({ code: 'timeout', maybeDelivered: true });
    let second = await post(pool);
    while (second.kind === 'failed') second = await post(pool);
    expect(server.sessions).toHaveLength(2);
  });

  it('pings an idle connection and closes it after a while', async () => {
    const server = await serve(accept);
    const pool = poolFor(server.origin, { pingIntervalMs: 20, idleMs: 90 });
    await post(pool);
    const session = server.sessions[0];
    if (session === undefined) throw new Error('no session');
    await once(session, 'ping');
    await once(session, 'close');
    expect(await post(pool)).toMatchObject({ status: 200 });
    expect(server.sessions).toHaveLength(2);
  });

  it('fails all waiting calls when no connection can be made, and recovers', async () => {
    const closed = createTcpServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const pool = poolFor(`http://127.0.0.1:${port}`);
    const results = await postMany(pool, 5);
    expect(new Set(results.map(statusOf))).toEqual(new Set(['connect_failed']));
    expect(results[0]).toMatchObject({ maybeDelivered: false, detail: 'ECONNREFUSED' });
    expect(await post(pool)).toMatchObject({ code: 'connect_failed' });
  });

  it('fails a connection that never says anything', async () => {
    const silent = createTcpServer((socket) => socket.on('error', () => undefined).resume());
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    closers.push(async () => {
      silent.close();
      await Promise.resolve();
    });
    const { port } = silent.address() as AddressInfo;
    const pool = poolFor(`http://127.0.0.1:${port}`, { requestTimeoutMs: 50 });
    expect(await post(pool)).toEqual({
      kind: 'failed',
      code: 'connect_failed',
      maybeDelivered: false,
      detail: 'CONNECT_TIMEOUT',
    });
  });

  it('fails waiting calls of a peer that allows no streams', async () => {
    const server = await serve(accept, { settings: { maxConcurrentStreams: 0 } });
    expect(await post(poolFor(server.origin, { requestTimeoutMs: 40 }))).toMatchObject({
      code: 'stalled',
      maybeDelivered: false,
    });
  });

  it('reports headers that node refuses without harming the connection', async () => {
    const server = await serve(accept);
    const pool = poolFor(server.origin);
    await post(pool);
    const result = await new Promise<CallResult>((resolve) => {
      pool.request(new Http2Call({ ':nonsense': '1' }, Buffer.from(''), true, resolve));
    });
    expect(result).toMatchObject({ code: 'invalid_request', maybeDelivered: false });
    expect(await post(pool)).toMatchObject({ status: 200 });
    expect(server.sessions).toHaveLength(1);
  });

  it('gives calls to a new connection after the old one was retired', async () => {
    const server = await serve(accept);
    const pool = poolFor(server.origin);
    const first = await post(pool);
    if (first.kind === 'answer') first.session.retire();
    await post(pool);
    expect(server.sessions).toHaveLength(2);
  });

  it('does not send a call that was taken back while it waited', async () => {
    const server = await serve((call) => setImmediate(() => answer(call, 200)), {
      settings: { maxConcurrentStreams: 1 },
    });
    const pool = poolFor(server.origin);
    const first = post(pool);
    const second = new Promise<CallResult>((resolve) => {
      const call = new Http2Call({ ':method': 'POST', ':path': '/2' }, Buffer.from(''), true, resolve);
      pool.request(call);
      call.withdraw();
    });
    expect(await second).toMatchObject({ code: 'withdrawn', maybeDelivered: false });
    expect(await first).toMatchObject({ status: 200 });
    await post(pool);
    expect(server.calls).toHaveLength(2);
  });

  it('lets running and waiting calls finish when it is closed, and takes no more', async () => {
    const server = await serve((call) => setImmediate(() => answer(call, 200)), {
      settings: { maxConcurrentStreams: 2 },
    });
    const pool = poolFor(server.origin);
    const running = postMany(pool, 10);
    const closing = pool.close();
    expect(await post(pool)).toMatchObject({ code: 'closed', maybeDelivered: false });
    expect((await running).map(statusOf)).toEqual(Array.from({ length: 10 }, () => 200));
    await closing;
    expect(server.sessions.every((session) => session.closed || session.destroyed)).toBe(true);
  });

  it('speaks TLS with the authorities that it is given, and with no others', async () => {
    const server = await serve(accept, { tls: true });
    const trusting = poolFor(server.origin, { secureContext: createSecureContext({ ca: TEST_CERT }) });
    expect(await post(trusting)).toMatchObject({ status: 200 });
    expect(await post(poolFor(server.origin))).toMatchObject({
      code: 'connect_failed',
      detail: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it('settles every call once and never repeats one that the peer took, whatever the peer does', async () => {
    const received = new Map<string, number>();
    const refused = new Map<string, number>();
    const gone = new Set<unknown>();
    const count = (map: Map<string, number>, call: ServerCall): void => {
      const path = String(call.headers[':path']);
      map.set(path, (map.get(path) ?? 0) + 1);
    };
    const server = await serve(
      (call) => {
        count(received, call);
        const { session, stream, index } = call;
        if (gone.has(session)) count(refused, call);
        else if (index % 97 === 13) {
          count(refused, call);
          stream.close(7);
        } else if (index % 89 === 17) stream.close(2);
        else if (index % 211 === 50) setImmediate(() => session.destroy());
        else if (index % 307 === 60) {
          // Takes streams up to this one, and has taken no later one yet.
          gone.add(session);
          session.goaway(0, stream.id ?? 0);
          answer(call, 200);
        } else answer(call, 200);
      },
      { settings: { maxConcurrentStreams: 20 } },
    );
    const results = await postMany(poolFor(server.origin, { maxSessions: 3 }), 3_000);
    const kinds = new Set(results.map(statusOf));
    expect(
      [...kinds].filter((kind) => ![200, 'connection_lost', 'connect_failed', 'refused_stream'].includes(kind)),
    ).toEqual([]);
    expect(results.filter((result) => statusOf(result) === 200).length).toBeGreaterThan(2_000);
    for (const [path, times] of received) {
      const settled = results[Number(path.slice(1))];
      // Taken by the peer at most once, and never when the caller was told that nothing was delivered.
      const taken = times - (refused.get(path) ?? 0);
      expect(taken).toBeLessThanOrEqual(settled?.kind === 'failed' && !settled.maybeDelivered ? 0 : 1);
    }
  });
});
