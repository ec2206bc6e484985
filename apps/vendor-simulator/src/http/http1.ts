import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { World } from '../core/world.ts';
import { BodyCollector } from './body.ts';
import type { Answer, Endpoint, RequestHandler, VendorRequest } from './exchange.ts';
import { type Reply, respond } from './respond.ts';

interface Connection {
  readonly handle: RequestHandler;
  requests: number;
}

/** A listener for HTTP/1.1 requests that answers through the endpoint, one handler per socket. */
export function http1Handler(
  endpoint: Endpoint,
  world: World,
): (incoming: IncomingMessage, response: ServerResponse) => void {
  const connections = new WeakMap<Socket, Connection>();
  return (incoming, response) => {
    let connection = connections.get(incoming.socket);
    if (connection === undefined) {
      connection = { handle: endpoint.openConnection(), requests: 0 };
      connections.set(incoming.socket, connection);
      world.counters.of(endpoint.scope).connections += 1;
    }
    const { handle } = connection;
    connection.requests += 1;
    const { requests } = connection;
    const body = new BodyCollector(endpoint.maxBodyBytes);
    incoming.on('error', ignore);
    incoming.on('data', (chunk: Buffer) => body.add(chunk));
    incoming.on('end', () => {
      const request: VendorRequest = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        authority: incoming.headers.host ?? '',
        headers: incoming.headers,
        repeatedHeader: isAnyRepeated(incoming.rawHeaders),
        body: body.take(),
        bodyBytes: body.bytes,
      };
      respond(world, endpoint, handle, request, requests, replyOn(incoming.socket, response));
    });
  };
}

function replyOn(socket: Socket, response: ServerResponse): Reply {
  return {
    send: (answer) => {
      if (!response.destroyed) send(response, answer);
    },
    // Half an answer, then nothing.
    cut: () => {
      if (!response.destroyed) response.writeHead(200, { 'content-length': 64 });
      response.write('{', () => socket.destroy());
    },
    goAway: () => {
      if (response.headersSent) socket.end();
      else response.shouldKeepAlive = false;
    },
  };
}

function send(response: ServerResponse, answer: Answer): void {
  const body = answer.body ?? '';
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function isAnyRepeated(rawHeaders: readonly string[]): boolean {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return new Set(names).size !== names.length;
}

function ignore(): void {
  return;
}
