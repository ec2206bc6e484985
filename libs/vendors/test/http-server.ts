import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server got it, whole. `index` counts from 0. */
export interface HttpServerCall {
  index: number;
  method: string;
  /** Path with query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An answer, or none: the server hangs, or cuts the connection after half an answer. */
export type HttpServerAnswer = { status?: number; headers?: Record<string, string>; body?: unknown } | 'hang' | 'cut';

export interface TestHttpServer {
  origin: string;
  calls: HttpServerCall[];
  connections: () => number;
  close: () => Promise<void>;
}

/**
 * A small HTTP/1.1 server on a port of its own. A body that is not text is answered as JSON. Ask it to close in the end.
 */
export async function startHttpServer(
  handle: (call: HttpServerCall) => HttpServerAnswer | Promise<HttpServerAnswer>,
): Promise<TestHttpServer> {
  const calls: HttpServerCall[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const call = { index: calls.length, method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      calls.push(call);
      void Promise.resolve(handle(call)).then((answer) => {
        if (answer === 'hang') return;
        if (answer === 'cut') {
          response.writeHead(200, { 'content-length': 64 });
          response.write('{', () => request.socket.destroy());
          return;
        }
        const { status = 200, headers: own = {}, body = '' } = answer;
        response.writeHead(status, { 'content-type': 'application/json', ...own });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  });
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    connections: () => connections,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
