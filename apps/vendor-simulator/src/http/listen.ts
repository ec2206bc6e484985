import { createSecureServer } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Listener } from '../core/vendor.ts';
import type { World } from '../core/world.ts';
import type { TlsPair } from '../tls/self-signed.ts';
import { http1Handler } from './http1.ts';
import { serveHttp2 } from './http2.ts';

/** A port that is open. */
export interface OpenPort {
  readonly port: number;
  /** Cuts every connection and frees the port. */
  close(): Promise<void>;
}

/** Opens a vendor's listener. Rejects when the port cannot be had. */
export async function openListener(
  listener: Listener,
  address: { host: string; port: number },
  tls: TlsPair,
  world: World,
): Promise<OpenPort> {
  const server = createSecureServer({
    ...tls,
    minVersion: 'TLSv1.2',
    allowHTTP1: listener.protocol === 'h2-or-http1',
    settings: { maxConcurrentStreams: listener.concurrentStreams, enablePush: false },
    // Node's default of 10 MB refuses streams once a thousand of them wait under a latency fault.
    maxSessionMemory: 200,
  });
  const sockets = new Set<TLSSocket>();
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  if (listener.protocol === 'h2-or-http1') {
    server.on('request', http1Handler(listener.endpoint, world));
    // The line above also made Node wrap every HTTP/2 stream in a request; those are answered as streams.
    server.removeAllListeners('stream');
  }
  const sessions = serveHttp2(server, listener.endpoint, world);
  const port = await listen(server, address);
  return {
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Starts a server and returns its port. Rejects when the port cannot be had. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}
