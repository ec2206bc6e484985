import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type SecureServerOptions,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { TEST_CERT, TEST_CERT_KEY } from './tls-fixture.ts';

/** A request as the server got it, whole. `index` counts from 0. */
export interface ServerCall {
  index: number;
  headers: IncomingHttpHeaders;
  body: string;
  stream: ServerHttp2Stream;
  session: Http2Session;
}

export interface TestServer {
  origin: string;
  calls: ServerCall[];
  sessions: ServerHttp2Session[];
  /** Most streams that were open at once. */
  mostOpen: () => number;
  close: () => Promise<void>;
}

/** Answers a call with JSON, or with nothing but a status. */
export function answer(call: ServerCall, status: number, body?: unknown, headers: Record<string, string> = {}): void {
  if (call.stream.destroyed) return;
  call.stream.respond({ ':status': status, ...headers }, { endStream: body === undefined });
  if (body !== undefined) call.stream.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A small HTTP/2 server on a port of its own; plain unless `tls`. Ask it to close in the end. */
export async function startServer(
  onCall: (call: ServerCall) => void,
  options: SecureServerOptions & { tls?: boolean } = {},
): Promise<TestServer> {
  const calls: ServerCall[] = [];
  const sessions: ServerHttp2Session[] = [];
  let open = 0;
  let mostOpen = 0;
  const { tls = false, ...rest } = options;
  const server: Http2Server | ReturnType<typeof createSecureServer> = tls
    ? createSecureServer({ ...rest, key: TEST_CERT_KEY, cert: TEST_CERT })
    : createServer(rest);
  server.on('session', (session: ServerHttp2Session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    open++;
    mostOpen = Math.max(mostOpen, open);
    stream.on('error', () => undefined);
    stream.on('close', () => open--);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const { session } = stream;
      if (session === undefined) return;
      const call = { index: calls.length, headers, body: Buffer.concat(chunks).toString(), stream, session };
      calls.push(call);
      onCall(call);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    calls,
    sessions,
    mostOpen: () => mostOpen,
    close: async () => {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
