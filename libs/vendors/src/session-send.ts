import type { OutgoingHttpHeaders } from 'node:http2';
import type { AccessToken, AccessTokenRules, AccessTokenStore, Outcome, Target } from '#libs/contracts';
import { Http2Call, type CallResult } from './http2-call.ts';
import type { Http2Pools } from './http2-pools.ts';
import type { PoolOptions } from './http2-session-pool.ts';
import type { LruMap } from './lru-map.ts';
import { outcomeOfTokenError, reportAll, STOPPED } from './unsent.ts';
import type { SenderPorts } from './vendor.ts';

export type VendorAnswer = Extract<CallResult, { kind: 'answer' }>;

/** What an answer means. */
export interface Reading {
  outcome: Outcome;
  /** What may help, tried once per push: the same call with a new access token, or over a new connection. */
  remedy: 'none' | 'fresh_token' | 'fresh_connection';
  /** True when the outcome holds for every push of the credential. */
  wholeCredential: boolean;
  /** True when the vendor doubts this very token. */
  doubted: boolean;
}

/** The call for one target, or the outcome if none is to be made. */
export type PreparedCall = { kind: 'call'; headers: OutgoingHttpHeaders; body: Buffer } | Outcome;

/** A send job of a vendor with one call per token, over HTTP/2 sessions. */
export interface SessionJob {
  targets: readonly Target[];
  pools: Http2Pools;
  poolKey: string;
  poolOptions: () => PoolOptions;
  /** Whether the body of a 200 is of no interest. */
  skipBodyOf200: boolean;
  /** Null when calls carry no access token. */
  accessToken: { store: AccessTokenStore; key: string; rules: AccessTokenRules } | null;
  /** Tokens that the vendor doubted last time; shared by all jobs of a sender. */
  doubted: LruMap<string, true>;
  prepare: (target: Target, token: AccessToken | null) => PreparedCall;
  classify: (answer: VendorAnswer, token: AccessToken | null) => Reading;
  report: (index: number, outcome: Outcome) => void;
  /** See `SendRequest`. */
  signal: AbortSignal | undefined;
  warn: SenderPorts['warn'];
}

/** What is said of a push whose call got no answer. */
function outcomeOfFailure(result: Extract<CallResult, { kind: 'failed' }>): Outcome {
  if (result.code === 'invalid_request') {
    return { kind: 'rejected', code: result.code, ...(result.detail === undefined ? {} : { detail: result.detail }) };
  }
  return { kind: 'unavailable', code: result.code, retryAfterMs: null, maybeDelivered: result.maybeDelivered };
}

/**
 * Sends to all targets of a job and reports each once. Resolves when all are reported; after a defect it rejects. No call is
 * under way then.
 */
export async function sendOverSessions(job: SessionJob): Promise<void> {
  if (job.targets.length === 0) return;
  let token: AccessToken | null = null;
  if (job.accessToken !== null) {
    try {
      token = await job.accessToken.store.get(job.accessToken.key, job.accessToken.rules);
    } catch (error) {
      reportAll(job.targets, outcomeOfTokenError(error, job.warn), job.report);
      return;
    }
  }
  await new SessionSend(job, token).run();
}

class SessionSend {
  readonly #job: SessionJob;
  #token: AccessToken | null;
  #refresh: Promise<void> | null = null;
  /** Targets that are neither reported nor lost to a defect. */
  #open: number;
  #defect: { error: unknown } | null = null;
  /** All calls made so far; those that are over do not mind. */
  readonly #calls: Http2Call[] = [];
  /** What stopped the job: holds for every target that was not sent yet. */
  #stop: Outcome | null = null;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(job: SessionJob, token: AccessToken | null) {
    this.#job = job;
    this.#token = token;
    this.#open = job.targets.length;
  }

  async run(): Promise<void> {
    const { signal, targets } = this.#job;
    const stop = (): void => this.#stopWith(STOPPED);
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
        for (const [index, target] of targets.entries()) {
          this.#guard(() => this.#send(index, target, false));
        }
      });
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  #send(index: number, target: Target, again: boolean): void {
    const { doubted, skipBodyOf200 } = this.#job;
    if (this.#stop !== null) {
      this.#report(index, this.#stop);
      return;
    }
    const token = this.#token;
    const prepared = this.#job.prepare(target, token);
    if (prepared.kind !== 'call') {
      this.#report(index, prepared);
      return;
    }
    const call = new Http2Call(prepared.headers, prepared.body, skipBodyOf200, (result) => {
      this.#guard(() => this.#onResult(index, target, again, token, result));
    });
    this.#calls.push(call);
    try {
      this.#place(call, doubted.has(target.token));
    } catch (error) {
      // It is lost, and cannot be taken back as well.
      call.settled = true;
      throw error;
    }
  }

  #place(call: Http2Call, isDoubted: boolean): void {
    const { pools, poolKey, poolOptions } = this.#job;
    if (isDoubted) {
      // Rejections must not shrink the stream limit of the healthy session (apns section 6).
      pools.request(`${poolKey} doubted`, () => ({ ...poolOptions(), maxSessions: 1 }), call);
    } else {
      pools.request(poolKey, poolOptions, call);
    }
  }

  #onResult(index: number, target: Target, again: boolean, token: AccessToken | null, result: CallResult): void {
    if (result.kind === 'failed') {
      if (result.code !== 'withdrawn') this.#report(index, outcomeOfFailure(result));
      else this.#resume(index, target, again).catch((error: unknown) => this.#lose(error));
      return;
    }
    const reading = this.#job.classify(result, token);
    if (!again && reading.remedy === 'fresh_connection') {
      result.session.retire();
      this.#send(index, target, true);
    } else if (!again && reading.remedy === 'fresh_token' && token !== null) {
      this.#sendWithFreshToken(index, target, token, reading).catch((error: unknown) => this.#lose(error));
    } else {
      this.#settle(index, target, reading);
    }
  }

  async #sendWithFreshToken(index: number, target: Target, refused: AccessToken, reading: Reading): Promise<void> {
    if (this.#refresh === null) {
      // Calls that were refused together share one refresh, and those that still wait need not be refused first. They
      // are taken back a little later, so that this one goes on before they do and may stop them.
      this.#refresh = this.#replaceToken(refused);
      queueMicrotask(() => this.#withdrawAll());
    }
    try {
      await this.#refresh;
    } catch (error) {
      this.#report(index, outcomeOfTokenError(error, this.#job.warn));
      return;
    }
    if (this.#token?.value === refused.value) this.#settle(index, target, reading);
    else this.#send(index, target, true);
  }

  /** Goes on with a call that was taken back: because the job was stopped, or for a fresh token. */
  async #resume(index: number, target: Target, again: boolean): Promise<void> {
    try {
      if (this.#stop === null) await this.#refresh;
    } catch (error) {
      this.#report(index, outcomeOfTokenError(error, this.#job.warn));
      return;
    }
    this.#send(index, target, again);
  }

  #withdrawAll(): void {
    for (const call of this.#calls) call.withdraw();
  }

  async #replaceToken(refused: AccessToken): Promise<void> {
    const { accessToken } = this.#job;
    if (accessToken !== null) {
      this.#token = await accessToken.store.get(accessToken.key, accessToken.rules, refused.value);
    }
  }

  #settle(index: number, target: Target, { outcome, wholeCredential, doubted: isDoubted }: Reading): void {
    const { doubted } = this.#job;
    if (isDoubted) doubted.set(target.token, true);
    else if (doubted.size > 0 && outcome.kind === 'accepted') doubted.delete(target.token);
    this.#report(index, outcome);
    if (wholeCredential) this.#stopWith(outcome);
  }

  /** Makes no more calls: what has not gone out gets the outcome. The first reason stays. */
  #stopWith(outcome: Outcome): void {
    if (this.#stop !== null) return;
    this.#stop = outcome;
    this.#withdrawAll();
  }

  #report(index: number, outcome: Outcome): void {
    this.#job.report(index, outcome);
    this.#end();
  }

  /** Does one target's next step; a defect in it loses the target. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#lose(error);
    }
  }

  /** A defect of ours: what has not gone out stays here, and the job fails when the calls under way have ended. */
  #lose(error: unknown): void {
    this.#defect ??= { error };
    this.#stopWith(STOPPED);
    this.#end();
  }

  #end(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    if (this.#defect === null) this.#resolve();
    else this.#reject(this.#defect.error);
  }
}
