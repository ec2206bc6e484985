import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server on loopback that can go dead as a cable that is cut: nobody is told. */
export interface TestProxy {
  port: number;
  /** Connections that are open now carry nothing any more and stay open. Later ones work. */
  mute(): void;
  close(): Promise<void>;
}

/** Starts a proxy before a server on this machine. */
export async function startProxy(serverPort: number): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const proxy = createServer((client) => {
    const server = keep(connect(serverPort, '127.0.0.1'));
    keep(client).pipe(server).pipe(client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    mute() {
      for (const socket of sockets) socket.unpipe().resume();
    },
    async close() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await once(proxy, 'close');
    },
  };
}
