import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream, type Settings } from 'node:http2';
import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { Http2Call } from './http2-call.ts';

export interface SessionOptions {
  /** `https://host[:port]`, or `http://` for an endpoint without TLS. */
  origin: string;
  /** Trust and client certificate; null for the system's trust alone. */
  secureContext: SecureContext | null;
  /** Most streams at once, whatever the peer allows. */
  maxInFlight: number;
  /**
   * An answer of such a status shows that the peer has accepted us. Until then only one stream is open at a time
   * (apns section 8). Null: all streams are open from the start.
   */
  warmedBy: ((status: number) => boolean) | null;
  /** How long a connection may take until the peer's first SETTINGS, and a call until its answer; ms. */
  requestTimeoutMs: number;
  pingIntervalMs: number;
  pingTimeoutMs: number;
  /** A session without calls for so long is closed, ms. */
  idleMs: number;
}

/** What a session tells the pool. */
export interface SessionOwner {
  /** Streams have become free: the first time, by a finished call, or by new SETTINGS. */
  onRoom(session: Http2Session): void;
  /** The peer did not process the call: it may be sent again. */
  onRefused(call: Http2Call): void;
  onGoaway(session: Http2Session, code: number, data: string): void;
  onClosed(session: Http2Session): void;
}

/** How long a peer may take to close its side of a connection that carries nothing any more. */
const LINGER_MS = 1_000;

const REQUEST_OPTIONS = { endStream: false };

function ignoreError(): void {
  // 'close' follows and tells the same.
}

/** One connection. Opens at once; the owner hears of it through {@link SessionOwner}. */
export class Http2Session {
  readonly openedAt = performance.now();
  /** How many calls were answered. */
  answers = 0;
  /** How many calls were sent. */
  sent = 0;
  /** Why the connection ended, if it ended badly. */
  error: string | null = null;
  /** True once the peer's first SETTINGS are there. */
  open = false;
  /** True when it gets no more calls: retired, told to go away, or closed. */
  draining = false;
  /** True when we gave it up ourselves. */
  retired = false;
  #closed = false;
  readonly #options: SessionOptions;
  readonly #owner: SessionOwner;
  readonly #session: ClientHttp2Session;
  /** In the order in which they were sent. */
  readonly #calls = new Set<Http2Call>();
  #warm: boolean;
  #limit = 0;
  /** Highest stream that the peer has taken, once it has said GOAWAY. */
  #lastAccepted = Infinity;
  #socket: Socket | TLSSocket | null = null;
  #linger: NodeJS.Timeout | null = null;
  #probe: NodeJS.Timeout | null = null;
  readonly #connectTimer: NodeJS.Timeout;
  readonly #pingTimer: NodeJS.Timeout;
  #lastUsed = this.openedAt;
  #lastAnswerAt = 0;

  constructor(options: SessionOptions, owner: SessionOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#warm = options.warmedBy === null;
    const { secureContext } = options;
    const session = connect(options.origin, {
      settings: { enablePush: false },
      ...(secureContext === null ? {} : { secureContext }),
    });
    this.#session = session;
    session.on('connect', (_, socket) => {
      this.#socket = socket;
    });
    session.on('remoteSettings', (settings: Settings) => this.#onSettings(settings.maxConcurrentStreams));
    session.on('goaway', (code: number, lastStreamId: number, data?: Buffer) => {
      this.#onGoaway(code, lastStreamId, data);
    });
    session.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message;
    });
    session.on('close', () => this.#onClose());
    this.#connectTimer = setTimeout(() => this.#abort('CONNECT_TIMEOUT'), options.requestTimeoutMs);
    this.#pingTimer = setInterval(() => this.#onPingTime(), options.pingIntervalMs);
    this.#pingTimer.unref();
  }

  /** Streams that may be opened now. */
  get room(): number {
    return this.draining || !this.open ? 0 : (this.#warm ? this.#limit : Math.min(1, this.#limit)) - this.#calls.size;
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  /** False when node takes no more streams on it, whatever their headers. */
  get usable(): boolean {
    return !this.#session.closed && !this.#session.destroyed;
  }

  /** True while it is not known yet how much the session can carry. */
  get settling(): boolean {
    return !this.open || !this.#warm;
  }

  /** Sends a call. Throws what node throws when the session cannot take it; the call is then untouched. */
  start(call: Http2Call, now: number): void {
    const stream = this.#session.request(call.headers, REQUEST_OPTIONS);
    call.since = now;
    call.stream = stream;
    this.#calls.add(call);
    this.#lastUsed = now;
    this.sent++;
    stream.on('error', ignoreError);
    stream.on('response', (headers) => {
      if (call.respond(headers[':status'] ?? 0, headers)) stream.on('data', (chunk: Buffer) => call.append(chunk));
      else stream.resume();
    });
    stream.on('close', () => this.#onStreamClose(call, stream));
    stream.end(call.body);
  }

  retire(): void {
    if (this.draining) return;
    this.draining = true;
    this.retired = true;
    // Lets running streams finish. Not at once: this may run inside a callback of node's HTTP/2 parser, and a session
    // that ends there corrupts the heap (seen with node 20.20).
    setImmediate(() => this.#session.close());
    this.#lingerIfDone();
  }

  /** Fails the calls that were sent before `cutoff` and have no answer. */
  expire(cutoff: number): void {
    let oldest = Infinity;
    for (const call of this.#calls) {
      if (call.since > cutoff) break;
      if (call.settled) continue;
      oldest = Math.min(oldest, call.since);
      call.stream?.close(constants.NGHTTP2_CANCEL);
      call.fail('timeout', true);
    }
    if (oldest === Infinity) return;
    // Nothing has been answered since: others are better off with another connection.
    if (this.#lastAnswerAt < oldest) this.retire();
    // A connection that swallows even pings is found out now rather than at the next interval.
    this.#ping();
  }

  #onSettings(maxConcurrentStreams: number | undefined): void {
    this.#limit = Math.min(maxConcurrentStreams ?? Infinity, this.#options.maxInFlight);
    if (!this.open) {
      this.open = true;
      clearTimeout(this.#connectTimer);
    }
    this.#owner.onRoom(this);
  }

  #onStreamClose(call: Http2Call, stream: ClientHttp2Stream): void {
    this.#calls.delete(call);
    call.stream = null;
    if (call.status !== 0) {
      this.answers++;
      this.#lastAnswerAt = performance.now();
      if (!this.#warm && this.#options.warmedBy?.(call.status) === true) this.#warm = true;
    }
    if (call.status !== 0 && stream.readableEnded && stream.rstCode === 0) {
      call.answer(this);
    } else if (call.status === 0 && !call.settled && this.#wasRefused(stream)) {
      this.#owner.onRefused(call);
    } else {
      call.fail('connection_lost', true, `RST_STREAM ${stream.rstCode}`);
    }
    this.#lingerIfDone();
    this.#owner.onRoom(this);
  }

  /** True when the peer has certainly not processed the stream (RFC 9113 sections 6.8 and 8.7). */
  #wasRefused(stream: ClientHttp2Stream): boolean {
    return (
      stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || stream.id === undefined || stream.id > this.#lastAccepted
    );
  }

  #onGoaway(code: number, lastStreamId: number, data: Buffer | undefined): void {
    // A graceful shutdown says it twice: first with the highest id, then with the real one (RFC 9113 section 6.8).
    this.#lastAccepted = Math.min(this.#lastAccepted, lastStreamId);
    const first = !this.draining;
    this.draining = true;
    this.#lingerIfDone();
    if (first) this.#owner.onGoaway(this, code, data?.toString('utf8').slice(0, 200) ?? '');
  }

  /** Node waits for the peer to close its side too, which one that has lost count of its streams never does. */
  #lingerIfDone(): void {
    if (!this.draining || this.#calls.size > 0 || this.#closed || this.#linger !== null) return;
    this.#linger = setTimeout(() => {
      this.#session.destroy();
      this.#socket?.destroy();
    }, LINGER_MS);
  }

  #onPingTime(): void {
    if (this.draining || !this.open) return;
    if (this.#calls.size === 0 && performance.now() - this.#lastUsed >= this.#options.idleMs) this.retire();
    else this.#ping();
  }

  #ping(): void {
    if (this.#probe !== null || this.#closed || this.#session.destroyed) return;
    this.#probe = setTimeout(() => this.#abort('PING_TIMEOUT'), this.#options.pingTimeoutMs);
    const accepted = this.#session.ping(() => {
      // With an error the session is being closed: 'close' tells it.
      if (this.#probe !== null) clearTimeout(this.#probe);
      this.#probe = null;
    });
    if (!accepted) this.#abort('PING_FAILED');
  }

  #abort(why: string): void {
    this.error ??= why;
    this.#session.destroy();
  }

  #onClose(): void {
    this.#closed = true;
    this.draining = true;
    clearTimeout(this.#connectTimer);
    clearInterval(this.#pingTimer);
    if (this.#probe !== null) clearTimeout(this.#probe);
    if (this.#linger !== null) clearTimeout(this.#linger);
    // Every stream has closed before its session; this is for a peer or a runtime that breaks the rule.
    for (const call of this.#calls) call.fail('connection_lost', true);
    this.#calls.clear();
    this.#owner.onClosed(this);
  }
}
