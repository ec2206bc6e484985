import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpClient } from './http-client.ts';

const open: { close: () => Promise<void> | void }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server & { origin: string }> {
  const server = createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return Object.assign(server, { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function clientFor(origin: string, changes: { connections?: number; timeoutMs?: number } = {}): HttpClient {
  const client = new HttpClient({
    origin,
    secureContext: null,
    connections: 2,
    idleMs: 1_000,
    timeoutMs: 2_000,
    ...changes,
  });
  open.unshift(client);
  return client;
}

const CALL = { method: 'POST', path: '/send?x=1', headers: { 'content-type': 'text/plain' }, body: 'grüße' } as const;

describe('HttpClient', () => {
  it('brings back the whole answer', async () => {
    const server = await serve((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        response.writeHead(418, { 'Retry-After': '7' });
        response.end(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
      });
    });
    await expect(clientFor(server.origin).call(CALL)).resolves.toMatchObject({
      kind: 'answer',
      status: 418,
      headers: { 'retry-after': '7' },
      body: 'POST /send?x=1 text/plain grüße',
    });
  });

  it('keeps its connections', async () => {
    const server = await serve((_, response) => void response.end('ok'));
    let connections = 0;
    server.on('connection', () => connections++);
    const client = clientFor(server.origin);
    for (let call = 0; call < 5; call++) await client.call(CALL);
    await Promise.all(Array.from({ length: 20 }, async () => await client.call(CALL)));
    expect(connections).toBe(2);
  });

  it('says that a call which found nobody was certainly not delivered', async () => {
    const server = await serve(() => undefined);
    server.close();
    await expect(clientFor(server.origin).call(CALL)).resolves.toEqual({
      kind: 'failed',
      code: 'connect_failed',
      maybeDelivered: false,
    });
  });

  it.each([
    ['hangs', 'timeout', () => undefined],
    [
      'hangs up before the answer',
      'connection_lost',
      (_: IncomingMessage, response: ServerResponse) => response.socket?.destroy(),
    ],
    [
      'hangs up in the middle of the answer',
      'connection_lost',
      (_: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half', () => response.socket?.destroy());
      },
    ],
    [
      'never stops answering',
      'answer_too_long',
      (_: IncomingMessage, response: ServerResponse) => {
        response.on('error', () => undefined);
        response.end('x'.repeat(2_000_000));
      },
    ],
  ] as const)('says that a call may have been delivered whose peer %s', async (_what, code, handle) => {
    const server = await serve(handle);
    await expect(clientFor(server.origin, { timeoutMs: 200 }).call(CALL)).resolves.toEqual({
      kind: 'failed',
      code,
      maybeDelivered: true,
    });
  });

  it('takes back what has not gone out, and only that', async () => {
    let seen = 0;
    const held: ServerResponse[] = [];
    const server = await serve((_, response) => {
      seen++;
      held.push(response);
    });
    const client = clientFor(server.origin, { connections: 1 });
    const abort = new AbortController();
    const first = client.call(CALL, abort.signal);
    await once(server, 'request');
    const second = client.call(CALL, abort.signal);
    abort.abort();
    await expect(second).resolves.toEqual({ kind: 'failed', code: 'withdrawn', maybeDelivered: false });
    for (const response of held) response.end('done');
    await expect(first).resolves.toMatchObject({ kind: 'answer', body: 'done' });
    // The connection is good for the next one, and what was taken back never arrives.
    const third = client.call(CALL);
    await once(server, 'request');
    for (const response of held) response.end('done');
    await expect(third).resolves.toMatchObject({ kind: 'answer' });
    expect(seen).toBe(2);
  });

  it('refuses calls once it is closed, and lets those under way finish', async () => {
    let finish = (): void => undefined;
    const server = await serve((_, response) => {
      finish = () => void response.end('late');
    });
    const client = clientFor(server.origin);
    const running = client.call(CALL);
    await once(server, 'request');
    const closed = client.close();
    await expect(client.call(CALL)).resolves.toMatchObject({ kind: 'failed', code: 'closed' });
    finish();
    await expect(running).resolves.toMatchObject({ body: 'late' });
    await closed;
    await client.close();
  });
});
