import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { KnownUser } from '#libs/database';
import type { FastifyRequest } from 'fastify';
import type { AppContext } from '../apps/app-directory.ts';
import type { Caller } from '../auth/callers.ts';
import type { ReceiptAddress } from '../receipts/receipt-desk.ts';

/** One request of an app, after its token was checked. */
export interface Call {
  app: AppContext;
  /** Null where anyone may call. */
  caller: Caller | null;
  method: string;
  /** Scheme and host. */
  origin: string;
  /** How the path names the app: `{org}/{app}`, or `app-id/{app id}`. */
  base: string;
  /** The path behind that, as sent, without the query. */
  resource: string;
  /** Unix ms at which the request came in: the "now" of all that it does. */
  startedAt: number;
  elapsedMs: () => number;
}

declare module 'fastify' {
  interface FastifyRequest {
    startedAt: number;
    /** The header as sent. Fastify must not see it: the body decides (Agora contract section 1.2). */
    sentContentType: string | undefined;
    /** Null outside of `/{org}/{app}`. */
    call: Call | null;
    /** The user that the path names, once a guard has found it. */
    knownUser: KnownUser | null;
    /** What the path of a receipt post names; null on all other routes. */
    receiptAddress: ReceiptAddress | null;
  }
}

function present<Value>(value: Value | null, what: string): Value {
  if (value === null) throw new Error(`${what} is missing on the request: the route lacks its hook or guard`);
  return value;
}

function requestOf(context: ExecutionContext): FastifyRequest {
  return context.switchToHttp().getRequest<FastifyRequest>();
}

/** The request's {@link Call}. */
export const CurrentCall = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  present(requestOf(context).call, 'The app'),
);

/** The user named in the path, on routes under the known-user guard. */
export const CurrentUser = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  present(requestOf(context).knownUser, 'The user'),
);
