import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { ZodError, z } from 'zod';
import { BadCredential } from '../core/vendor.ts';
import { type ControlState, NotThere, ROUTES } from './routes.ts';

/** Key files and fault lists are small; this is only a guard. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** The control API over plain HTTP/1.1 and JSON; docs/simulator.md lists its routes. */
export function createControlServer(state: ControlState): Server {
  return createServer((request, response) => {
    void answer(state, request, response);
  });
}

async function answer(state: ControlState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readJson(request);
    send(response, 200, run(state, request.method ?? '', request.url ?? '', body));
  } catch (error) {
    send(response, statusOf(error), { error: error instanceof ZodError ? z.prettifyError(error) : messageOf(error) });
  }
}

function run(state: ControlState, method: string, target: string, body: unknown): unknown {
  const url = new URL(target, 'http://control');
  const segments = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const route = ROUTES.find(([verb, pattern]) => verb === method && matches(pattern, segments));
  if (route === undefined) throw new NotThere('No such route');
  return route[2](state, { segments, query: url.searchParams, body });
}

function matches(pattern: string, segments: readonly string[]): boolean {
  const parts = pattern.split('/');
  return parts.length === segments.length && parts.every((part, index) => part === ':' || part === segments[index]);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const buffer = Buffer.from(chunk as Buffer);
    bytes += buffer.length;
    if (bytes > MAX_BODY_BYTES) throw new SyntaxError('The body is too long');
    chunks.push(buffer);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

function statusOf(error: unknown): number {
  if (error instanceof NotThere) return 404;
  const isTheirs =
    error instanceof ZodError ||
    error instanceof BadCredential ||
    error instanceof SyntaxError ||
    error instanceof URIError ||
    error instanceof TypeError;
  return isTheirs ? 400 : 500;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
