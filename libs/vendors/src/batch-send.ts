import { setMaxListeners } from 'node:events';
import type { AccessToken, AccessTokenRules, AccessTokenStore, Outcome, Target } from '#libs/contracts';
import type { HttpAnswer, HttpCall, HttpClient, HttpFailure } from './http-client.ts';
import { outcomeOfTokenError, STOPPED } from './unsent.ts';
import type { SenderPorts } from './vendor.ts';

/**
 * What may help a refused push, each at most once for a target:
 * - `fresh_token`: the same call with a new access token;
 * - `alone`: every target in a call of its own;
 * - a name of the vendor's: the call is prepared again, and knows by `tried` what to leave out or change.
 */
export type Remedy<Own extends string> = 'fresh_token' | 'alone' | Own;

/** What an answer means for one target of its call. */
export interface TargetReading<Own extends string> {
  /** What is reported unless the remedy is tried. */
  outcome: Outcome;
  remedy: Remedy<Own> | null;
}

/** What an answer means. */
export interface CallReading<Own extends string = never> {
  /** Of each target of the call, in its order. */
  targets: readonly TargetReading<Own>[];
  /** What holds for every push of the credential: calls that have not gone out get it too. */
  wholeCredential: Outcome | null;
}

/** A call to be made, or what is known without making it. */
export type PreparedBatch<Own extends string> =
  { kind: 'call'; call: HttpCall } | { kind: 'known'; reading: CallReading<Own> };

/** What a call is prepared with. */
export interface BatchContext<Own extends string> {
  /** Null when the vendor knows no access tokens. */
  token: AccessToken | null;
  /** Remedies that these targets have been through. */
  tried: ReadonlySet<Remedy<Own>>;
  signal: AbortSignal;
}

/** A send job of a vendor whose calls carry many targets. */
export interface BatchJob<Own extends string> {
  targets: readonly Target[];
  targetsPerCall: number;
  /** What is reported of a target that no call may name; null for all others. */
  unsendable?: (target: Target) => Outcome | null;
  client: HttpClient;
  /** Null when calls carry no access token. */
  accessToken: { store: AccessTokenStore; key: string; rules: AccessTokenRules } | null;
  /** May itself call the vendor where one push takes two calls. */
  prepare: (targets: readonly Target[], context: BatchContext<Own>) => PreparedBatch<Own> | Promise<PreparedBatch<Own>>;
  classify: (answer: HttpAnswer, targets: readonly Target[], context: BatchContext<Own>) => CallReading<Own>;
  report: (index: number, outcome: Outcome) => void;
  /** See `SendRequest`. */
  signal: AbortSignal | undefined;
  warn: SenderPorts['warn'];
}

/** The same outcome for every target of a call. */
export function sameForAll<Own extends string = never>(
  targets: readonly Target[],
  outcome: Outcome,
  { remedy = null, wholeCredential = false }: { remedy?: Remedy<Own> | null; wholeCredential?: boolean } = {},
): CallReading<Own> {
  return { targets: targets.map(() => ({ outcome, remedy })), wholeCredential: wholeCredential ? outcome : null };
}

/** What is said of targets whose call got no answer. */
export function outcomeOfFailure({ code, maybeDelivered }: HttpFailure): Outcome {
  return { kind: 'unavailable', code, retryAfterMs: null, maybeDelivered };
}

/** Sends to all targets of a job in as few calls as its limit allows and reports each target once. */
export async function sendInBatches<Own extends string = never>(job: BatchJob<Own>): Promise<void> {
  const indexes = [...job.targets.entries()].flatMap(([index, target]) => {
    const outcome = job.unsendable?.(target) ?? null;
    if (outcome === null) return [index];
    job.report(index, outcome);
    return [];
  });
  if (indexes.length === 0) return;
  if (job.signal?.aborted === true) {
    for (const index of indexes) job.report(index, STOPPED);
    return;
  }
  let token: AccessToken | null = null;
  if (job.accessToken !== null) {
    try {
      token = await job.accessToken.store.get(job.accessToken.key, job.accessToken.rules);
    } catch (error) {
      const outcome = outcomeOfTokenError(error, job.warn);
      for (const index of indexes) job.report(index, outcome);
      return;
    }
  }
  await new BatchSend(job, token).run(indexes);
}

/** Targets by their index in the job, which go through a call together. */
interface Group<Own extends string> {
  indexes: readonly number[];
  tried: ReadonlySet<Remedy<Own>>;
}

class BatchSend<Own extends string> {
  readonly #job: BatchJob<Own>;
  #token: AccessToken | null;
  #refresh: Promise<void> | null = null;
  readonly #stopped = new AbortController();
  /** What stopped the job: holds for every target that was not sent yet. */
  #stop: Outcome | null = null;

  constructor(job: BatchJob<Own>, token: AccessToken | null) {
    this.#job = job;
    this.#token = token;
    // Every waiting call listens.
    setMaxListeners(0, this.#stopped.signal);
  }

  /** Sends to the targets with these indexes. */
  async run(indexes: readonly number[]): Promise<void> {
    const { signal, targetsPerCall } = this.#job;
    const stop = (): void => this.#stopWith(STOPPED);
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop);
    try {
      await this.#sendAll(chunks(indexes, targetsPerCall), new Set());
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async #sendAll(groups: readonly (readonly number[])[], tried: Group<Own>['tried']): Promise<void> {
    await allDone(groups.map(async (indexes) => await this.#send({ indexes, tried })));
  }

  async #send(group: Group<Own>): Promise<void> {
    if (this.#stop !== null) {
      this.#reportAll(group, this.#stop);
      return;
    }
    const { client, classify, prepare } = this.#job;
    const targets = group.indexes.flatMap((index) => this.#job.targets[index] ?? []);
    const context: BatchContext<Own> = { token: this.#token, tried: group.tried, signal: this.#stopped.signal };
    const prepared = await prepare(targets, context);
    if (prepared.kind === 'known') {
      await this.#settle(group, prepared.reading, context.token);
      return;
    }
    const result = await client.call(prepared.call, this.#stopped.signal);
    if (result.kind === 'answer') {
      await this.#settle(group, classify(result, targets, context), context.token);
    } else {
      this.#reportAll(group, result.code === 'withdrawn' ? this.#reasonToStop() : outcomeOfFailure(result));
    }
  }

  /** Reports what is settled and tries the remedies of the rest, all targets with the same one together. */
  async #settle(group: Group<Own>, reading: CallReading<Own>, token: AccessToken | null): Promise<void> {
    const again = new Map<Remedy<Own>, { index: number; outcome: Outcome }[]>();
    group.indexes.forEach((index, position) => {
      const target = reading.targets[position];
      if (target === undefined) throw new Error('A reading must have an entry per target');
      const { outcome, remedy } = target;
      const pointless =
        remedy === null || group.tried.has(remedy) || (remedy === 'alone' && group.indexes.length === 1);
      if (pointless) this.#job.report(index, outcome);
      else again.set(remedy, [...(again.get(remedy) ?? []), { index, outcome }]);
    });
    // What is tried again may yet show that it does not hold for the whole credential.
    if (reading.wholeCredential !== null && again.size === 0) this.#stopWith(reading.wholeCredential);
    await allDone([...again].map(async ([remedy, refused]) => await this.#remedy(remedy, refused, group, token)));
  }

  async #remedy(
    remedy: Remedy<Own>,
    refused: readonly { index: number; outcome: Outcome }[],
    group: Group<Own>,
    token: AccessToken | null,
  ): Promise<void> {
    const indexes = refused.map(({ index }) => index);
    const tried = new Set([...group.tried, remedy]);
    // No new token for calls that would not go out.
    if (remedy === 'fresh_token' && this.#stop === null) {
      const problem = await this.#replaceToken(token);
      if (problem !== null) {
        const [first] = refused;
        for (const { index, outcome } of refused) this.#job.report(index, problem.outcome ?? outcome);
        this.#stopWith(problem.outcome ?? first?.outcome ?? STOPPED);
        return;
      }
    }
    await this.#sendAll(remedy === 'alone' ? chunks(indexes, 1) : [indexes], tried);
  }

  /** Null when there is another token than the refused one now; else why not, without an outcome when none may be made. */
  async #replaceToken(refused: AccessToken | null): Promise<{ outcome: Outcome | null } | null> {
    const { accessToken, warn } = this.#job;
    if (accessToken === null || refused === null) return { outcome: null };
    if (this.#token?.value === refused.value) {
      // Calls that were refused together share one refresh.
      this.#refresh ??= accessToken.store
        .get(accessToken.key, accessToken.rules, refused.value)
        .then((token) => {
          this.#token = token;
        })
        .finally(() => {
          this.#refresh = null;
        });
      try {
        await this.#refresh;
      } catch (error) {
        return { outcome: outcomeOfTokenError(error, warn) };
      }
    }
    return this.#token?.value === refused.value ? { outcome: null } : null;
  }

  /** Makes no more calls: what has not gone out gets the outcome. The first reason stays. */
  #stopWith(outcome: Outcome): void {
    if (this.#stop !== null) return;
    this.#stop = outcome;
    this.#stopped.abort();
  }

  #reasonToStop(): Outcome {
    return this.#stop ?? STOPPED;
  }

  #reportAll({ indexes }: Group<Own>, outcome: Outcome): void {
    for (const index of indexes) this.#job.report(index, outcome);
  }
}

/** Waits for all, also when one fails: a defect in one call must not leave the others running unseen. */
async function allDone(running: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(running);
  await Promise.all(running);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, chunk) => items.slice(chunk * size, (chunk + 1) * size));
}
