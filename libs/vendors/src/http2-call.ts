import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';

/** A session as the receiver of an answer sees it. */
export interface AnsweringSession {
  /** Gives the session no more calls: the running ones finish, others get a new connection. */
  retire(): void;
}

/** How a call ended. */
export type CallResult =
  | { kind: 'answer'; status: number; headers: IncomingHttpHeaders; body: string; session: AnsweringSession }
  | { kind: 'failed'; code: CallFailure; maybeDelivered: boolean; detail?: string };

/**
 * Why there is no answer:
 * - `connect_failed`: no connection could be made; the call never left;
 * - `timeout`: the answer took longer than the limit;
 * - `connection_lost`: the stream was cut before the whole answer was there;
 * - `refused_stream`: the peer refused the stream, also when it was sent again;
 * - `stalled`: the call waited for a free stream while the peer answered nothing;
 * - `invalid_request`: node refused the headers: a defect of the caller;
 * - `withdrawn`: the caller took it back before it was sent;
 * - `closed`: the pool has been closed.
 */
export type CallFailure =
  | 'connect_failed'
  | 'timeout'
  | 'connection_lost'
  | 'refused_stream'
  | 'stalled'
  | 'invalid_request'
  | 'withdrawn'
  | 'closed';

/** Most bytes of an answer that are kept. Vendors' answers are far below 1 kB. */
const MAX_ANSWER_BYTES = 65_536;

/** One HTTP/2 request and what has come back of it so far. `done` is called exactly once. */
export class Http2Call {
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
  /** Whether the body of a 200 is of no interest. */
  readonly skipBodyOf200: boolean;
  readonly #done: (result: CallResult) => void;

  stream: ClientHttp2Stream | null = null;
  /** When it began to wait, then when it was sent; monotonic ms. */
  since = 0;
  /** How often the peer refused it unprocessed. */
  refusals = 0;
  settled = false;
  /** HTTP status, 0 before the answer began. */
  status = 0;
  #answerHeaders: IncomingHttpHeaders = {};
  #chunks: Buffer[] | null = null;
  #bytes = 0;

  constructor(headers: OutgoingHttpHeaders, body: Buffer, skipBodyOf200: boolean, done: (result: CallResult) => void) {
    this.headers = headers;
    this.body = body;
    this.skipBodyOf200 = skipBodyOf200;
    this.#done = done;
  }

  /** Begins the answer. Returns whether its body is to be read. */
  respond(status: number, headers: IncomingHttpHeaders): boolean {
    this.status = status;
    this.#answerHeaders = headers;
    return !(status === 200 && this.skipBodyOf200);
  }

  append(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_ANSWER_BYTES) (this.#chunks ??= []).push(chunk);
  }

  answer(session: AnsweringSession): void {
    const body = this.#chunks === null ? '' : Buffer.concat(this.#chunks).toString('utf8');
    this.#settle({ kind: 'answer', status: this.status, headers: this.#answerHeaders, body, session });
  }

  /** Takes the call back if it has not been sent; its `done` is told `withdrawn`. */
  withdraw(): void {
    if (this.stream === null) this.fail('withdrawn', false);
  }

  fail(code: CallFailure, maybeDelivered: boolean, detail?: string): void {
    this.#settle({ kind: 'failed', code, maybeDelivered, ...(detail === undefined ? {} : { detail }) });
  }

  #settle(result: CallResult): void {
    if (this.settled) return;
    this.settled = true;
    this.#done(result);
  }
}
