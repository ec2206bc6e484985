import { bump } from '../core/counters.ts';
import type { DecidingFault, FaultEffect } from '../core/faults.ts';
import type { World } from '../core/world.ts';
import type { Answer, Endpoint, RequestHandler, VendorRequest } from './exchange.ts';

/** How an HTTP version gives an answer, or fails to. */
export interface Reply {
  send(answer: Answer): void;
  /** Breaks off in mid-answer. */
  cut(code: CutCode): void;
  /** Takes no further requests on this connection. */
  goAway(reason: string | undefined): void;
}

/** The HTTP/2 error code of a cut stream. */
export type CutCode = Extract<DecidingFault, { kind: 'reset' }>['code'];

/** Counts a request, applies the faults that are switched on, and lets the vendor answer. */
export function respond(
  world: World,
  endpoint: Endpoint,
  handle: RequestHandler,
  request: VendorRequest,
  requestsOnConnection: number,
  reply: Reply,
): void {
  world.counters.of(endpoint.scope).requests += 1;
  if (!world.faults.has(endpoint.scope)) {
    reply.send(dated(world, counted(world, endpoint, handle(request))));
    return;
  }
  const effect = world.faults.effectOn(endpoint.scope, endpoint.identify(request), requestsOnConnection, world.now());
  countFaults(world, endpoint, effect);
  const act = (): void => {
    answerUnderFault(world, endpoint, handle, request, effect.decides, reply);
    if (effect.goaway !== undefined) reply.goAway(effect.goaway.reason ?? endpoint.goawayReason);
  };
  if (effect.delayMs === 0) act();
  else setTimeout(act, effect.delayMs).unref();
}

function answerUnderFault(
  world: World,
  endpoint: Endpoint,
  handle: RequestHandler,
  request: VendorRequest,
  fault: DecidingFault | undefined,
  reply: Reply,
): void {
  switch (fault?.kind) {
    case undefined:
      reply.send(dated(world, counted(world, endpoint, handle(request))));
      return;
    case 'status': {
      const answer = endpoint.faultAnswer(fault, request);
      const shaped = fault.body === undefined ? answer : plainText(answer, fault.body);
      reply.send(dated(world, counted(world, endpoint, retriedAfter(shaped, fault.retryAfter))));
      return;
    }
    case 'throttle': {
      const answer = retriedAfter(endpoint.faultAnswer({}, request), fault.retryAfter);
      reply.send(dated(world, counted(world, endpoint, answer)));
      return;
    }
    case 'reset':
      if (fault.afterAccept) counted(world, endpoint, handle(request));
      reply.cut(fault.code);
      return;
    case 'hang':
      if (fault.afterAccept) counted(world, endpoint, handle(request));
  }
}

/** The vendor's clock, which Node would take for the machine's. */
function dated(world: World, answer: Answer): Answer {
  return { ...answer, headers: { date: new Date(world.now()).toUTCString(), ...answer.headers } };
}

function retriedAfter(answer: Answer, retryAfter: number | string | undefined): Answer {
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
}

function plainText(answer: Answer, body: string): Answer {
  return { ...answer, headers: { ...answer.headers, 'content-type': 'text/html; charset=UTF-8' }, body };
}

function counted(world: World, endpoint: Endpoint, answer: Answer): Answer {
  if (answer.refused !== undefined) bump(world.counters.of(endpoint.scope).refused, answer.refused);
  return answer;
}

function countFaults(world: World, endpoint: Endpoint, effect: FaultEffect): void {
  const { faults } = world.counters.of(endpoint.scope);
  if (effect.delayMs > 0) bump(faults, 'latency');
  if (effect.decides !== undefined) bump(faults, effect.decides.kind);
  if (effect.goaway !== undefined) bump(faults, 'goaway');
}
