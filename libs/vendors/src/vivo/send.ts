import type { AccessTokenStore, Outcome, Target } from '#libs/contracts';
import { sameForAll, sendInBatches, type BatchContext, type CallReading, type PreparedBatch } from '../batch-send.ts';
import { callId } from '../call-id.ts';
import { CredentialWatch } from '../credential-watch.ts';
import type { HttpAnswer, HttpCall, HttpClient, HttpFailure } from '../http-client.ts';
import { HttpClients } from '../http-clients.ts';
import { LruMap } from '../lru-map.ts';
import { nextShanghaiMidnight } from '../shanghai-midnight.ts';
import { outcomeOfUnsendable } from '../unsendable.ts';
import { reportAll } from '../unsent.ts';
import type { SenderPorts, SendRequest, VendorSender } from '../vendor.ts';
import { warnSparingly } from '../warn-sparingly.ts';
import { accessTokenKey, accessTokenRules, JSON_TYPE, ThriftyTokens } from './auth.ts';
import { classify, parseAnswer, type VivoReading, type VivoRemedy } from './classify.ts';
import type { VivoCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { ListBodies, type SavedBody } from './list-bodies.ts';
import { quotaClassOf } from './message-class.ts';
import { render, type VivoPayload } from './render.ts';

const REMEMBERED_CREDENTIALS = 10_000;

const SYSTEM_CLASSES: ReadonlySet<string> = new Set<limits.QuotaClass>(['system', 'test-system']);

/** Answers that a token of another app may get as well as a dead one (vivo sections 4 and 5). */
const DOUBTFUL_CODES: ReadonlySet<string> = new Set(['10302', 'invalid_user_1']);

const NOT_A_TEST_DEVICE: Outcome = { kind: 'rejected', code: 'not_a_test_device' };

const INCOMPLETE: Outcome = {
  kind: 'unavailable',
  code: 'answer_incomplete',
  retryAfterMs: null,
  maybeDelivered: false,
};

/** No more list bodies of a credential may be stored until then. */
type ListsClosed = Extract<Outcome, { kind: 'quota_exhausted' }> & { until: number };

/** One send job on its way. */
interface Job {
  request: SendRequest<VivoCredential>;
  payload: VivoPayload;
  client: HttpClient;
  /** The list body that a call's targets are pushed with; its answer does not repeat it. */
  taskIds: WeakMap<readonly Target[], string>;
}

function callTo(path: string, token: string, body: Readonly<Record<string, unknown>>): HttpCall {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': JSON_TYPE, authToken: token },
    body: JSON.stringify(body),
  };
}

/** In test mode the tokens that the credential names, or any where it names none. */
function isAllowed({ token }: Target, { testMode, testDevices }: VivoCredential): boolean {
  return !testMode || testDevices.length === 0 || testDevices.includes(token);
}

function known(reading: CallReading<VivoRemedy>): PreparedBatch<VivoRemedy> {
  return { kind: 'known', reading };
}

/** Sends to vivo: one target with /message/send, more with a stored body and pushToList. */
export class VivoSender implements VendorSender<VivoCredential> {
  readonly #ports: SenderPorts;
  readonly #warn: SenderPorts['warn'];
  readonly #watch: CredentialWatch;
  readonly #clients: HttpClients;
  readonly #accessTokens: AccessTokenStore;
  readonly #bodies = new ListBodies();
  readonly #listsClosed = new LruMap<string, ListsClosed>(REMEMBERED_CREDENTIALS);

  constructor(ports: SenderPorts) {
    this.#ports = ports;
    this.#warn = warnSparingly(ports);
    this.#watch = new CredentialWatch('vivo', { now: ports.now, warn: this.#warn });
    this.#clients = new HttpClients(ports, { connections: limits.CONNECTIONS, idleMs: limits.IDLE_MS });
    this.#accessTokens = new ThriftyTokens(ports.accessTokens, ports.now);
  }

  async send(request: SendRequest<VivoCredential>, report: (index: number, outcome: Outcome) => void): Promise<void> {
    const { credential, jobId, notification, targets } = request;
    const { endpoints, now } = this.#ports;
    const { value, cacheKey, receiptUrl } = credential;
    const payload = render(notification, value, { now: now(), jobId, receiptUrl });
    if (payload.kind !== 'payload') {
      reportAll(targets, outcomeOfUnsendable(payload), report);
      return;
    }
    const client = this.#clients.of(cacheKey, endpoints.vivo);
    const job: Job = { request, payload, client, taskIds: new WeakMap() };
    await sendInBatches<VivoRemedy>({
      targets,
      targetsPerCall: limits.TARGETS_PER_CALL,
      unsendable: (target) => (isAllowed(target, value) ? null : NOT_A_TEST_DEVICE),
      client,
      accessToken: { store: this.#accessTokens, key: accessTokenKey(value), rules: accessTokenRules(value, client) },
      prepare: async (some, context) => await this.#prepare(job, some, context),
      classify: (answer, some, context) => this.#classify(job, answer, some, context),
      report,
      signal: request.signal,
      warn: this.#warn,
    });
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  async #prepare(
    job: Job,
    targets: readonly Target[],
    context: BatchContext<VivoRemedy>,
  ): Promise<PreparedBatch<VivoRemedy>> {
    const { request, payload } = job;
    const token = context.token?.value ?? '';
    const requestId = callId(request.notification, targets);
    const [only, ...others] = targets;
    if (only !== undefined && others.length === 0) {
      const body = { ...payload.single, regId: only.token, requestId };
      return { kind: 'call', call: callTo('/message/send', token, body) };
    }
    const closed = this.#listsClosed.get(request.credential.cacheKey);
    if (closed !== undefined && closed.until > this.#ports.now()) {
      return known(sameForAll<VivoRemedy>(targets, closed, { remedy: 'alone' }));
    }
    const saved = await this.#bodies.get(request.credential.cacheKey, payload.list, {
      now: this.#ports.now(),
      anew: context.tried.has('again'),
      save: async () => await this.#save(job, token, `${requestId}-body`),
    });
    if (saved.kind === 'refused') return known(this.#readRefusal(job, saved.result, targets, context));
    job.taskIds.set(targets, saved.taskId);
    const { appId, pushMode } = payload.list;
    const regIds = targets.map((target) => target.token);
    return {
      kind: 'call',
      call: callTo('/message/pushToList', token, { appId, regIds, taskId: saved.taskId, requestId, pushMode }),
    };
  }

  /** Not taken back when its job stops: other jobs may be waiting for it, and it shows nothing. */
  async #save({ payload, client }: Job, token: string, requestId: string): Promise<SavedBody> {
    const result = await client.call(callTo('/message/saveListPayload', token, { ...payload.list, requestId }));
    const answer = result.kind === 'answer' ? parseAnswer(result) : null;
    return answer?.result === 0 && answer.taskId !== null && answer.taskId !== ''
      ? { kind: 'saved', taskId: answer.taskId }
      : { kind: 'refused', result };
  }

  /** What it means for a list that its body could not be stored: whatever happened, nothing was pushed. */
  #readRefusal(
    job: Job,
    result: HttpAnswer | HttpFailure,
    targets: readonly Target[],
    context: BatchContext<VivoRemedy>,
  ): CallReading<VivoRemedy> {
    if (result.kind === 'failed') {
      const { code } = result;
      return sameForAll(targets, { kind: 'unavailable', code, retryAfterMs: null, maybeDelivered: false });
    }
    // Stored, and vivo does not say under which id.
    if (parseAnswer(result)?.result === 0) return sameForAll(targets, INCOMPLETE);
    const reading = this.#classify(job, result, targets, context);
    return {
      ...reading,
      targets: reading.targets.map(({ outcome, remedy }) => ({
        outcome: outcome.kind === 'unavailable' ? { ...outcome, maybeDelivered: false } : outcome,
        remedy,
      })),
    };
  }

  #classify(
    { request, taskIds }: Job,
    answer: HttpAnswer,
    targets: readonly Target[],
    { tried }: BatchContext<VivoRemedy>,
  ): CallReading<VivoRemedy> {
    const now = this.#ports.now();
    const credential = request.credential.cacheKey;
    const isSystem = SYSTEM_CLASSES.has(quotaClassOf(request.notification, request.credential.value));
    const read = classify(answer, targets, { now, taskId: taskIds.get(targets) ?? null, isSystem });
    this.#watch.undocumented(credential, read.unknownCodes);
    this.#noteLists(credential, read, now);
    return this.#watch.check(read.reading, { credential, tried, isDoubtful: ({ code }) => DOUBTFUL_CODES.has(code) });
  }

  /** vivo lowers the quota of who asks on (vivo section 5). Classes that are used up are the quota ledger's to close. */
  #noteLists(credential: string, { listsExhausted, reading }: VivoReading, now: number): void {
    const outcome = reading.targets[0]?.outcome;
    if (!listsExhausted || outcome?.kind !== 'quota_exhausted') return;
    this.#listsClosed.set(credential, { ...outcome, until: nextShanghaiMidnight(now) });
  }
}
