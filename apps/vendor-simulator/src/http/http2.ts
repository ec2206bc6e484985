import { type Http2SecureServer, type ServerHttp2Session, type ServerHttp2Stream, constants } from 'node:http2';
import type { World } from '../core/world.ts';
import { BodyCollector } from './body.ts';
import type { Answer, Endpoint, VendorRequest } from './exchange.ts';
import { type CutCode, type Reply, respond } from './respond.ts';

/** Connection-wide receive window: a thousand streams of a few hundred bytes must not wait for each other. */
const RECEIVE_WINDOW_BYTES = 4 * 1024 * 1024;

const CUT_CODES: Record<CutCode, number> = {
  INTERNAL_ERROR: constants.NGHTTP2_INTERNAL_ERROR,
  REFUSED_STREAM: constants.NGHTTP2_REFUSED_STREAM,
  CANCEL: constants.NGHTTP2_CANCEL,
  ENHANCE_YOUR_CALM: constants.NGHTTP2_ENHANCE_YOUR_CALM,
};

/** Answers every HTTP/2 stream of the server through the endpoint. Returns the open sessions, kept up to date. */
export function serveHttp2(server: Http2SecureServer, endpoint: Endpoint, world: World): Set<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', ignore);
    session.setLocalWindowSize(RECEIVE_WINDOW_BYTES);
    world.counters.of(endpoint.scope).connections += 1;
    serveSession(session, endpoint, world);
  });
  return sessions;
}

function serveSession(session: ServerHttp2Session, endpoint: Endpoint, world: World): void {
  const handle = endpoint.openConnection();
  let requests = 0;
  session.on('stream', (stream, headers, _flags, ...rest: unknown[]) => {
    const body = new BodyCollector(endpoint.maxBodyBytes);
    stream.on('error', ignore);
    stream.on('data', (chunk: Buffer) => body.add(chunk));
    stream.on('end', () => {
      // A reset by the client ends the body too; such a request was never made.
      if (stream.aborted) return;
      requests += 1;
      const request: VendorRequest = {
        method: headers[':method'] ?? '',
        path: headers[':path'] ?? '',
        authority: headers[':authority'] ?? '',
        headers,
        repeatedHeader: isAnyRepeated(headers, rest[0]),
        body: body.take(),
        bodyBytes: body.bytes,
      };
      respond(world, endpoint, handle, request, requests, replyOn(session, stream));
    });
  });
}

function replyOn(session: ServerHttp2Session, stream: ServerHttp2Stream): Reply {
  return {
    send: (answer) => {
      send(stream, answer);
      if (answer.streamLimit !== undefined && !session.closed) {
        session.settings({ maxConcurrentStreams: answer.streamLimit });
      }
    },
    cut: (code) => {
      if (stream.destroyed) return;
      if (code !== 'REFUSED_STREAM') beginAnswer(stream);
      stream.close(CUT_CODES[code]);
    },
    goAway: (reason) => {
      if (session.closed) return;
      const data = reason === undefined ? undefined : Buffer.from(JSON.stringify({ reason }));
      session.goaway(constants.NGHTTP2_NO_ERROR, 0, data);
      session.close();
    },
  };
}

function send(stream: ServerHttp2Stream, answer: Answer): void {
  if (stream.destroyed) return;
  const headers = { ':status': answer.status, ...answer.headers };
  if (answer.body === undefined || answer.body === '') {
    stream.respond(headers, { endStream: true });
    return;
  }
  stream.respond(headers);
  stream.end(answer.body);
}

/**
 * Sends the head of an answer alone. Node would end the stream properly before it resets it, and the client would see a
 * whole answer; trailers that never come keep the end back.
 */
function beginAnswer(stream: ServerHttp2Stream): void {
  stream.on('wantTrailers', ignore);
  stream.respond({ ':status': 200 }, { waitForTrailers: true });
}

/** Node joins or drops repeated headers in its object; only the raw list still shows them. */
function isAnyRepeated(headers: object, rawHeaders: unknown): boolean {
  return Array.isArray(rawHeaders) && Object.keys(headers).length * 2 !== rawHeaders.length;
}

/** A client that goes away takes its streams along; nobody is left to be told. */
function ignore(): void {
  return;
}
