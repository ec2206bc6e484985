import { z } from 'zod';
import { FixedWindows } from './window.ts';

const selectors = {
  /** Only requests with one of these credentials: APNs key ids, FCM project ids, service account e-mails. */
  credentials: z.array(z.string()).min(1).optional(),
  /** Only requests for one of these device tokens. */
  tokens: z.array(z.string()).min(1).optional(),
  /** Take effect this often, then no more. */
  times: z.int().min(1).optional(),
};

/** Whether the vendor had already accepted the push when the connection failed: the sender cannot know. */
const afterAccept = z.boolean().default(false);

/** One fault of `PUT /faults/{scope}`. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), ms: z.number().min(0).max(600_000), ...selectors }),
  z
    .strictObject({
      kind: z.literal('status'),
      status: z.int().min(200).max(599),
      reason: z.string().optional(),
      /** FCM's word for `reason`; null leaves the detail out. */
      errorCode: z.string().nullable().optional(),
      retryAfter: z.union([z.int().min(0), z.string()]).optional(),
      /** A body of its own instead of the vendor's shape, for example a gateway's HTML. */
      body: z.string().optional(),
      ...selectors,
    })
    .transform(({ errorCode, ...fault }) => (errorCode === undefined ? fault : { ...fault, reason: errorCode })),
  z.strictObject({
    kind: z.literal('goaway'),
    afterRequests: z.int().min(1),
    reason: z.string().optional(),
    ...selectors,
  }),
  z.strictObject({
    kind: z.literal('reset'),
    code: z.enum(['INTERNAL_ERROR', 'REFUSED_STREAM', 'CANCEL', 'ENHANCE_YOUR_CALM']).default('INTERNAL_ERROR'),
    afterAccept,
    ...selectors,
  }),
  z.strictObject({ kind: z.literal('hang'), afterAccept, ...selectors }),
  z.strictObject({
    kind: z.literal('throttle'),
    perSecond: z.number().min(0),
    retryAfter: z.union([z.int().min(0), z.string()]).optional(),
    ...selectors,
  }),
]);

/** A fault as it is kept and listed. */
export type Fault = z.output<typeof faultSchema>;
/** A fault as it is written. */
export type FaultInput = z.input<typeof faultSchema>;
/** The fault that decides the answer; at most one per request. */
export type DecidingFault = Extract<Fault, { kind: 'status' | 'reset' | 'hang' | 'throttle' }>;
/** The fault that closes the connection after a number of requests. */
type GoawayFault = Extract<Fault, { kind: 'goaway' }>;

/** What the faults of a scope do to one request. */
export interface FaultEffect {
  readonly delayMs: number;
  readonly decides: DecidingFault | undefined;
  readonly goaway: GoawayFault | undefined;
}

/** What the selectors are compared with; read only when there are faults. */
export interface FaultSubject {
  readonly credential: string | undefined;
  readonly tokens: readonly string[];
}

interface Entry {
  readonly fault: Fault;
  left: number;
  readonly perSecond: FixedWindows;
}

/** The faults switched on, per scope, in the order in which they were given. */
export class FaultBook {
  readonly #scopes = new Map<string, Entry[]>();

  /** Replaces the scope's list. Throws a ZodError on a fault that is not one. */
  put(scope: string, faults: readonly FaultInput[]): void {
    this.set(
      scope,
      faults.map((fault) => faultSchema.parse(fault)),
    );
  }

  /** As `put`, for faults that are parsed already. */
  set(scope: string, faults: readonly Fault[]): void {
    const entries = faults.map((fault): Entry => {
      const perSecond = new FixedWindows(fault.kind === 'throttle' ? fault.perSecond : Number.POSITIVE_INFINITY, 1000);
      return { fault, left: fault.times ?? Number.POSITIVE_INFINITY, perSecond };
    });
    if (entries.length === 0) this.#scopes.delete(scope);
    else this.#scopes.set(scope, entries);
  }

  /** The scope's faults, each with how often it can still take effect (absent: always). */
  list(scope: string): (Fault & { left?: number })[] {
    return (this.#scopes.get(scope) ?? []).map(({ fault, left }) =>
      Number.isFinite(left) ? { ...fault, left } : fault,
    );
  }

  clear(scope?: string): void {
    if (scope === undefined) this.#scopes.clear();
    else this.#scopes.delete(scope);
  }

  has(scope: string): boolean {
    return this.#scopes.has(scope);
  }

  /**
   * Latencies add up; the first deciding fault that applies wins. `requests` is the number of requests on this
   * connection, this one included.
   */
  effectOn(scope: string, subject: FaultSubject, requests: number, now: number): FaultEffect {
    let delayMs = 0;
    let decides: DecidingFault | undefined;
    let goaway: GoawayFault | undefined;
    for (const entry of this.#scopes.get(scope) ?? []) {
      const { fault } = entry;
      if (entry.left <= 0 || !selects(fault, subject)) continue;
      if (fault.kind === 'latency') delayMs += fault.ms;
      else if (fault.kind === 'goaway') {
        if (goaway !== undefined || requests < fault.afterRequests) continue;
        goaway = fault;
      } else {
        if (decides !== undefined) continue;
        if (fault.kind === 'throttle' && entry.perSecond.take('', now)) continue;
        decides = fault;
      }
      entry.left -= 1;
    }
    return { delayMs, decides, goaway };
  }
}

function selects(fault: Fault, { credential, tokens }: FaultSubject): boolean {
  if (fault.credentials !== undefined && (credential === undefined || !fault.credentials.includes(credential))) {
    return false;
  }
  const { tokens: wanted } = fault;
  return wanted === undefined || tokens.some((token) => wanted.includes(token));
}
