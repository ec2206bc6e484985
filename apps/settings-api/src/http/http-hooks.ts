import type { IncomingMessage } from 'node:http';
import { ApiError } from '#libs/contracts';
import type { Logger, Metrics } from '#libs/observability';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDirectory } from '../apps/app-directory.ts';
import type { Callers } from '../auth/callers.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import { rulesOf } from './access.ts';
import type { ReceiptAddress, ReceiptDesk } from '../receipts/receipt-desk.ts';
import { readJsonBody } from './json-body.ts';
import { readStream } from './read-stream.ts';
import { RouteTable } from './route-table.ts';

/** Largest body, bytes, of all calls but those that carry up to 10,000 names. */
const BODY_LIMIT = 262_144;

/** Largest post of receipts, bytes: a hundred to a thousand of some 300 bytes each. */
const RECEIPT_BODY_LIMIT = 1_048_576;

/** Largest message event or list of members or targets, bytes: 10,000 names of about 100 characters. */
const MESSAGE_BODY_LIMIT = 1_048_575;

const APP_PREFIX = '/:org/:app/';
const MESSAGES_ROUTES = ['push/messages', 'messages/', 'push/groups/', 'push/list'].map((route) => APP_PREFIX + route);
const RECEIPTS_ROUTE = '/receipts/';

/** A path of receipts, which has as many parts as the shortest paths of apps. */
const RECEIPT_PATH = /^\/receipts\/[^/]+\/[^/]+$/;

export interface HttpHookPorts {
  directory: AppDirectory;
  receipts: Pick<ReceiptDesk, 'find'>;
  callers: Callers;
  rateLimits: RateLimits;
  now: () => number;
  metrics: Metrics;
  logger: Logger;
}

/**
 * What happens to every request before its route does. The order is that of the error contract (Agora contract section
 * 1.5): app, token, rate, path and method, content type, JSON. That is why apps and tokens are checked in a hook and not in a
 * guard: guards run after the body was read.
 */
export function installHttpHooks(server: FastifyInstance, ports: HttpHookPorts): void {
  const { receipts, now, metrics, logger } = ports;
  const routes = new RouteTable();

  server.decorateRequest('startedAt', 0);
  server.decorateRequest('sentContentType', undefined);
  server.decorateRequest('call', null);
  server.decorateRequest('knownUser', null);
  server.decorateRequest('receiptAddress', null);

  server.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) routes.add(method, route.url);
    route.bodyLimit = bodyLimitOf(route.url);
  });

  server.addHook('onRequest', async (request, reply) => {
    request.startedAt = now();
    reply.header('access-control-allow-origin', '*');
    if (request.method === 'OPTIONS') return await answerPreflight(reply);
    takeContentType(request);

    const path = pathOf(request);
    // Before the body as well: nobody is to make us hold a body who names no address.
    if (isReceiptPost(request)) request.receiptAddress = await addressOf(request, receipts);
    if (isAppRequest(request, path)) request.call = await callOf(request, reply, path, ports);
    if (request.is404) {
      const methods = routes.methodsOf(path);
      if (methods.length === 0) throw new ApiError('path_unknown');
      reply.header('allow', methods.join(', '));
      throw new ApiError('method_not_allowed', { method: request.method });
    }
    return undefined;
  });

  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    const bytes = await readStream(payload, request.routeOptions.bodyLimit);
    // Each vendor posts in a form of its own.
    if (isReceiptPost(request)) return bytes.toString('utf8');
    return readJsonBody(bytes, request.sentContentType);
  });

  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics.httpSeconds.observe(labels, reply.elapsedTime / 1_000);
    // The route and not the path: paths hold user names.
    logger.debug({ ...labels, requestId: request.id, ms: Math.round(reply.elapsedTime) }, 'Answered');
    done();
  });
}

function bodyLimitOf(url: string): number {
  if (MESSAGES_ROUTES.some((route) => url.startsWith(route))) return MESSAGE_BODY_LIMIT;
  return url.startsWith(RECEIPTS_ROUTE) ? RECEIPT_BODY_LIMIT : BODY_LIMIT;
}

/** Browsers call this API: any origin may, with a token of its own (Agora contract section 1.1). */
async function answerPreflight(reply: FastifyReply): Promise<FastifyReply> {
  return await reply
    .header('access-control-allow-methods', 'GET, POST, PUT, DELETE')
    .header('access-control-allow-headers', 'Authorization, Content-Type')
    .header('access-control-max-age', '86400')
    .status(204)
    .send();
}

/** Hides the content type from Fastify, which would answer 415 to the forms that real clients send. */
function takeContentType(request: FastifyRequest): void {
  request.sentContentType = request.raw.headers['content-type'];
  delete request.raw.headers['content-type'];
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

function isReceiptPost(request: FastifyRequest): boolean {
  return request.routeOptions.url?.startsWith(RECEIPTS_ROUTE) === true;
}

async function addressOf(request: FastifyRequest, receipts: HttpHookPorts['receipts']): Promise<ReceiptAddress> {
  const address = await receipts.find(request.params);
  if (address === null) throw new ApiError('path_unknown');
  return address;
}

function isAppRequest(request: FastifyRequest, path: string): boolean {
  return request.is404
    ? path.split('/').length > APP_PREFIX.split('/').length - 1 && !RECEIPT_PATH.test(path)
    : request.routeOptions.url?.startsWith(APP_PREFIX) === true;
}

async function callOf(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  { directory, callers, rateLimits }: HttpHookPorts,
): Promise<NonNullable<FastifyRequest['call']>> {
  const [, organization = '', name = '', ...rest] = path.split('/');
  const app = await directory.find(organization, name, path.slice(1));
  const { by, limit } = rulesOf(request);
  const caller =
    by === 'anyone'
      ? null
      : await callers.admit(app, request.headers.authorization, { by, username: usernameIn(request) });
  if (limit !== null) await rateLimits.count(app, limit);
  return {
    app,
    caller,
    base: `${organization}/${name}`,
    method: request.method,
    origin: `${request.protocol}://${request.host}`,
    resource: rest.join('/'),
    startedAt: request.startedAt,
    elapsedMs: () => Math.round(reply.elapsedTime),
  };
}

/** The user whom the path names, decoded. */
function usernameIn({ params }: FastifyRequest): string | undefined {
  const username = typeof params === 'object' && params !== null && 'username' in params ? params.username : undefined;
  return typeof username === 'string' ? username : undefined;
}
