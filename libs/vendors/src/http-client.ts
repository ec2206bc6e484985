import type { SecureContext } from 'node:tls';
import { Pool, type Dispatcher } from 'undici';

/** One HTTP/1.1 request to a vendor. */
export interface HttpCall {
  method: 'GET' | 'POST';
  /** Path with query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}

/** A vendor's whole answer. Header names are in lower case; of a repeated header the first value is kept. */
export interface HttpAnswer {
  kind: 'answer';
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** No answer came. `maybeDelivered` is true when the request may have reached the vendor. */
export interface HttpFailure {
  kind: 'failed';
  code: 'connect_failed' | 'connection_lost' | 'timeout' | 'answer_too_long' | 'withdrawn' | 'closed';
  maybeDelivered: boolean;
}

export interface HttpClientOptions {
  /** Scheme, host and port; what follows them is ignored. */
  origin: string;
  secureContext: SecureContext | null;
  /** Most connections, and so most calls under way at once; the others wait. */
  connections: number;
  /** How long an unused connection is kept, ms. */
  idleMs: number;
  /** How long a call may take from the moment that it goes out, ms; to connect may take as long again. */
  timeoutMs: number;
}

/** Largest answer that is read, bytes: the vendors' are a few kilobytes. */
const MAX_ANSWER_BYTES = 1_048_576;

/** Keep-alive connections to one host under one identity. Whatever happens to a call becomes a result. */
export class HttpClient {
  readonly #pool: Pool;
  readonly #timeoutMs: number;
  #closing: Promise<void> | null = null;

  constructor({ origin, secureContext, connections, idleMs, timeoutMs }: HttpClientOptions) {
    this.#timeoutMs = timeoutMs;
    this.#pool = new Pool(new URL(origin).origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      // The whole call has one limit, and it is ours.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: timeoutMs, ...(secureContext === null ? {} : { secureContext }) },
    });
  }

  /**
   * Makes a call as soon as a connection is free. Never rejects. A signal that is aborted before the call goes out takes
   * it back (`withdrawn`, certainly not delivered); after that it changes nothing.
   */
  async call(call: HttpCall, signal?: AbortSignal): Promise<HttpAnswer | HttpFailure> {
    if (this.#closing !== null) return failure('closed', false);
    if (signal?.aborted === true) return failure('withdrawn', false);
    return await new Promise((resolve) => {
      const exchange = new Exchange(this.#timeoutMs, signal, resolve);
      try {
        this.#pool.dispatch({ ...call, headers: { ...call.headers }, body: call.body ?? null }, exchange);
      } catch (error) {
        exchange.onResponseError(null, error);
      }
    });
  }

  /** Lets calls under way finish, then closes the connections. May be called again. */
  async close(): Promise<void> {
    this.#closing ??= this.#pool.close();
    await this.#closing;
  }
}

function failure(code: HttpFailure['code'], maybeDelivered: boolean): HttpFailure {
  return { kind: 'failed', code, maybeDelivered };
}

/** One call on its way: gathers the answer and sees to it that there is exactly one result. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (result: HttpAnswer | HttpFailure) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #timer: NodeJS.Timeout | null = null;
  #status = 0;
  #headers: Record<string, string> = {};
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #settled = false;

  constructor(timeoutMs: number, signal: AbortSignal | undefined, resolve: (result: HttpAnswer | HttpFailure) => void) {
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
    this.#resolve = resolve;
    signal?.addEventListener('abort', this.#withdraw);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Taken back while it waited for a connection: not a byte of it goes out.
    if (this.#settled) {
      controller.abort(new Error('withdrawn'));
      return;
    }
    this.#controller = controller;
    this.#timer = setTimeout(() => this.#fail('timeout'), this.#timeoutMs);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    this.#headers = {};
    for (const [name, value] of Object.entries(headers)) {
      const first = Array.isArray(value) ? value[0] : value;
      if (first !== undefined) this.#headers[name.toLowerCase()] = first;
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_ANSWER_BYTES) this.#fail('answer_too_long');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).toString('utf8');
    this.#settle({ kind: 'answer', status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: unknown, _error: unknown): void {
    this.#settle(this.#controller === null ? failure('connect_failed', false) : failure('connection_lost', true));
  }

  readonly #withdraw = (): void => {
    if (this.#controller === null) this.#settle(failure('withdrawn', false));
  };

  #fail(code: 'timeout' | 'answer_too_long'): void {
    this.#settle(failure(code, true));
    this.#controller?.abort(new Error(code));
  }

  #settle(result: HttpAnswer | HttpFailure): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#withdraw);
    this.#resolve(result);
  }
}
