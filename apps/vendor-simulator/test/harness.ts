import { type KeyObject, generateKeyPairSync } from 'node:crypto';
import { type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders, connect } from 'node:http2';
import { afterAll } from '@jest/globals';
import { SignJWT } from 'jose';
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/index.ts';

/** A clock that stands still until it is set. */
export interface TestClock {
  ms: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export const START_MS = Date.UTC(2026, 4, 4, 12, 0, 0);

let shared: (Simulator & { readonly clock: TestClock }) | undefined;

afterAll(async () => await shared?.close());

/**
 * A simulator as right after its start. Opening the ports is most of what a test costs: those without options of their
 * own have one for the whole file, which `close` resets. Close sessions before.
 */
export async function startTestSimulator(
  options: Omit<SimulatorOptions, 'now'> = {},
): Promise<Simulator & { readonly clock: TestClock }> {
  if (Object.keys(options).length > 0) return await startOwn(options);
  shared ??= await startOwn({});
  const own = shared;
  own.clock.ms = START_MS;
  const reset = async (): Promise<void> => {
    own.reset();
    await Promise.resolve();
  };
  return { ...own, close: reset };
}

async function startOwn(options: Omit<SimulatorOptions, 'now'>): Promise<Simulator & { readonly clock: TestClock }> {
  const clock: TestClock = { ms: START_MS };
  return { ...(await startSimulator({ ...options, now: () => clock.ms })), clock };
}

export function ecPair(namedCurve = 'P-256'): { privateKey: KeyObject; publicKeyPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return { privateKey, publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

export function rsaPair(): { privateKey: KeyObject; publicKeyPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

export async function sign(
  claims: Record<string, unknown>,
  header: { alg: string; kid?: string; typ?: string },
  key: KeyObject,
): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader(header).sign(key);
}

/** An open HTTP/2 connection that knows its peer's current stream limit. */
export async function openSession(url: string, ca: string): Promise<ClientHttp2Session> {
  const session = connect(url, { ca });
  session.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    session.once('remoteSettings', () => resolve());
    session.once('error', reject);
  });
  return session;
}

/** Resolves with the whole answer; rejects when the stream is cut. */
export async function answerOf(stream: ClientHttp2Stream): Promise<HttpAnswer> {
  return await new Promise((resolve, reject) => {
    let headers: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    stream.on('response', (received) => (headers = received));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      if (stream.rstCode === 0) {
        resolve({ status: Number(headers[':status']), headers, text: Buffer.concat(chunks).toString('utf8') });
      }
    });
  });
}

export async function post(
  session: ClientHttp2Session,
  path: string,
  headers: OutgoingHttpHeaders,
  body: string | Buffer,
): Promise<HttpAnswer> {
  const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
  stream.end(body);
  return await answerOf(stream);
}

export async function control(
  simulator: Simulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${simulator.urls.control}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

export function jsonOf(answer: HttpAnswer): Record<string, unknown> {
  return JSON.parse(answer.text) as Record<string, unknown>;
}
