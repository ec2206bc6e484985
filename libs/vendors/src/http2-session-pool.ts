import { Fifo } from './fifo.ts';
import type { CallFailure, Http2Call } from './http2-call.ts';
import { Http2Session, type SessionOptions, type SessionOwner } from './http2-session.ts';

export interface PoolOptions extends SessionOptions {
  /** Most sessions that take calls at once. */
  maxSessions: number;
  /** Longest and first wait before connecting again after a failure, ms. The waits double and are jittered. */
  backoff: { firstMs: number; longestMs: number };
  /** Uniform in [0, 1), for the jitter. */
  random: () => number;
  /** A connection could not be made or was closed by the peer. */
  onTrouble: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** A call that the peer refuses so often is given up. */
const MAX_REFUSALS = 3;

/** A session that ends sooner is followed by a pause: a fast succession looks like an attack (apns section 8). */
const SHORT_LIFE_MS = 5_000;

function errorCode(error: unknown): string {
  return error instanceof Object && 'code' in error ? String(error.code) : 'unknown';
}

/**
 * Long-lived HTTP/2 sessions to one origin under one identity, and a queue of calls for their streams. Follows the
 * peer's stream limit, opens another session when all are full, sends again at once what the peer certainly did not
 * process, and turns everything else into a result.
 */
export class Http2SessionPool implements SessionOwner {
  readonly #options: PoolOptions;
  readonly #sessions: Http2Session[] = [];
  readonly #waiting = new Fifo<Http2Call>();
  #failures = 0;
  #notBefore = 0;
  #growTimer: NodeJS.Timeout | null = null;
  #sweepTimer: NodeJS.Timeout | null = null;
  /** When a call last went out or came back, or waiting began. */
  #lastProgress = 0;
  #closing: (() => void) | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** True when it holds nothing: no session and no call. */
  get empty(): boolean {
    return this.#sessions.length === 0 && this.#waiting.size === 0;
  }

  /** Sends a call as soon as a stream is free. Never throws: its `done` is told the result, at the earliest at once. */
  request(call: Http2Call): void {
    if (this.#closing !== null) {
      call.fail('closed', false);
      return;
    }
    const now = performance.now();
    call.since = now;
    if (this.#waiting.size === 0) this.#lastProgress = now;
    this.#waiting.push(call);
    this.#sweepTimer ??= this.#startSweeping();
    this.#dispatch();
  }

  /** Takes no more calls, lets the accepted ones finish, then closes the connections. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      const before = this.#closing;
      this.#closing = () => {
        before?.();
        resolve();
      };
      this.#closeIfDone();
    });
  }

  onRoom(_session: Http2Session): void {
    this.#lastProgress = performance.now();
    this.#dispatch();
    this.#closeIfDone();
  }

  onRefused(call: Http2Call): void {
    call.refusals++;
    if (call.refusals > MAX_REFUSALS) call.fail('refused_stream', false);
    else this.#waiting.putBack(call);
  }

  onGoaway(session: Http2Session, code: number, data: string): void {
    // A clean GOAWAY without a reason is the peer's housekeeping.
    if (code !== 0 || data !== '') {
      this.#options.onTrouble('vendor closes a connection', { code, data, answers: session.answers });
    }
    this.#dispatch();
  }

  onClosed(session: Http2Session): void {
    this.#sessions.splice(this.#sessions.indexOf(session), 1);
    const now = performance.now();
    const useless = !session.retired && (!session.open || (session.sent > 0 && session.answers === 0));
    if (useless || (!session.retired && session.error !== null && now - session.openedAt < SHORT_LIFE_MS)) {
      this.#pause(now);
      this.#options.onTrouble('connection to the vendor failed', { error: session.error, open: session.open });
      // Waiting calls learn it now: the queue retries them later and elsewhere. A connection that could at least be
      // made gets a second try first.
      const hopeless = useless && (!session.open || this.#failures > 1);
      if (hopeless && !this.#sessions.some((other) => !other.draining)) {
        this.#failWaiting('connect_failed', session.error ?? 'closed by the peer');
      }
    } else {
      this.#failures = 0;
    }
    this.#dispatch();
    this.#closeIfDone();
  }

  #dispatch(): void {
    while (this.#waiting.size > 0) {
      const session = this.#roomiest();
      if (session === null) {
        this.#grow();
        return;
      }
      const call = this.#waiting.shift();
      if (call !== undefined && !call.settled) this.#start(session, call);
    }
  }

  #start(session: Http2Session, call: Http2Call): void {
    try {
      session.start(call, performance.now());
    } catch (error) {
      if (session.usable) {
        // Node refuses the headers; no session will take them. Its message may quote them, its code does not.
        call.fail('invalid_request', false, errorCode(error));
        return;
      }
      // The session ended in this very moment.
      session.retire();
      this.#waiting.putBack(call);
    }
  }

  #roomiest(): Http2Session | null {
    let best: Http2Session | null = null;
    let most = 0;
    for (const session of this.#sessions) {
      const { room } = session;
      if (room > most) {
        best = session;
        most = room;
      }
    }
    return best;
  }

  /** Opens another session if calls wait, unless one is still settling, there are enough, or it is too early. */
  #grow(): void {
    let active = 0;
    for (const session of this.#sessions) {
      if (session.draining) continue;
      if (session.settling) return;
      active++;
    }
    if (active >= this.#options.maxSessions || this.#growTimer !== null) return;
    const pause = this.#notBefore - performance.now();
    if (pause > 0) {
      this.#growTimer = setTimeout(() => {
        this.#growTimer = null;
        this.#dispatch();
      }, pause);
      return;
    }
    this.#sessions.push(new Http2Session(this.#options, this));
  }

  #pause(now: number): void {
    const { firstMs, longestMs } = this.#options.backoff;
    const ceiling = Math.min(longestMs, firstMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    this.#notBefore = now + ceiling * (0.5 + this.#options.random() / 2);
  }

  #failWaiting(code: CallFailure, detail: string): void {
    for (const call of this.#waiting.drain()) call.fail(code, false, detail);
  }

  /** One timer for all calls: they share one time limit, so the oldest is always first. */
  #startSweeping(): NodeJS.Timeout {
    const { requestTimeoutMs } = this.#options;
    const period = Math.min(1_000, Math.max(5, requestTimeoutMs / 20));
    return setInterval(() => {
      const now = performance.now();
      let inFlight = 0;
      for (const session of this.#sessions) {
        session.expire(now - requestTimeoutMs);
        inFlight += session.inFlight;
      }
      if (this.#waiting.size > 0) {
        // Longer than a time-out, a pause and a connection attempt take together.
        const patience = 2 * requestTimeoutMs + this.#options.backoff.longestMs;
        if (now - this.#lastProgress > patience) this.#failWaiting('stalled', 'no stream became free');
      } else if (inFlight === 0 && this.#sweepTimer !== null) {
        clearInterval(this.#sweepTimer);
        this.#sweepTimer = null;
      }
      this.#closeIfDone();
    }, period);
  }

  #closeIfDone(): void {
    if (this.#closing === null || this.#waiting.size > 0) return;
    for (const session of this.#sessions) if (session.inFlight === 0) session.retire();
    if (this.#sessions.length > 0) return;
    if (this.#sweepTimer !== null) clearInterval(this.#sweepTimer);
    if (this.#growTimer !== null) clearTimeout(this.#growTimer);
    this.#sweepTimer = null;
    this.#growTimer = null;
    this.#closing();
  }
}
