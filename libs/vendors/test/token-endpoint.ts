import type { AccessToken, Outcome } from '#libs/contracts';
import { AccessTokenFailed } from '../src/access-token-failed.ts';
import { HttpClient } from '../src/http-client.ts';
import { startHttpServer, type HttpServerAnswer, type TestHttpServer } from './http-server.ts';

/** A token endpoint that always gives the same answer, and a client for it. */
export async function startTokenEndpoint(
  closers: (() => Promise<unknown>)[],
  answer: HttpServerAnswer,
  timeoutMs = 5_000,
): Promise<{ server: TestHttpServer; client: HttpClient }> {
  const server = await startHttpServer(() => answer);
  const options = { origin: server.origin, secureContext: null, connections: 1, idleMs: 1_000, timeoutMs };
  const client = new HttpClient(options);
  closers.push(server.close, async () => await client.close());
  return { server, client };
}

/** What is said of pushes when the token cannot be had; null when it can. */
export async function failureOf(token: Promise<AccessToken>): Promise<Outcome | null> {
  try {
    await token;
    return null;
  } catch (error) {
    if (error instanceof AccessTokenFailed) return error.outcome;
    throw error;
  }
}
