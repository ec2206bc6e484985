import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Something that must work for the process to be ready; rejects when it does not. */
export type ReadinessCheck = () => Promise<unknown>;

const CHECK_DEADLINE_MS = 2_000;

/** Runs all checks at once. Returns the names of those that failed or took longer than 2 s. */
export async function failedChecks(checks: Readonly<Record<string, ReadinessCheck>>): Promise<string[]> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const deadline = new Promise<false>((resolve) => setTimeout(() => resolve(false), CHECK_DEADLINE_MS).unref());
      const passed = await Promise.race([check().then(() => true), deadline]).catch(() => false);
      return passed ? [] : [name];
    }),
  );
  return results.flat();
}

/** The small HTTP server of a worker process: /healthz, /readyz and /metrics. */
export async function startHealthServer(options: {
  host: string;
  port: number;
  registry: Registry;
  checks: Readonly<Record<string, ReadinessCheck>>;
}): Promise<{ port: number; close(): Promise<void> }> {
  const answer = async (url: string): Promise<{ status: number; type: string; body: string }> => {
    const json = (status: number, body: unknown) => ({ status, type: 'application/json', body: JSON.stringify(body) });
    switch (url) {
      case '/healthz':
        return json(200, { status: 'ok' });
      case '/readyz': {
        const failed = await failedChecks(options.checks);
        return json(failed.length === 0 ? 200 : 503, { status: failed.length === 0 ? 'ok' : 'not ready', failed });
      }
      case '/metrics':
        return { status: 200, type: options.registry.contentType, body: await options.registry.metrics() };
      default:
        return json(404, { error: 'not_found' });
    }
  };
  const server: Server = createServer((request, response) => {
    void answer(request.url ?? '').then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
