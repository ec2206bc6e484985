import type { Outcome, Target } from '#libs/contracts';
import { sendInBatches, type BatchContext, type CallReading } from '../batch-send.ts';
import { CredentialWatch } from '../credential-watch.ts';
import type { HttpAnswer, HttpCall, HttpClient } from '../http-client.ts';
import { HttpClients } from '../http-clients.ts';
import { LruMap } from '../lru-map.ts';
import { outcomeOfUnsendable } from '../unsendable.ts';
import { reportAll } from '../unsent.ts';
import type {
  LoadedCredential,
  QuotaStanding,
  SenderPorts,
  SendRequest,
  VendorEndpoints,
  VendorSender,
} from '../vendor.ts';
import { warnSparingly } from '../warn-sparingly.ts';
import { authorization } from './auth.ts';
import { classify, readStanding, type XiaomiReading, type XiaomiRemedy } from './classify.ts';
import type { XiaomiCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { quotaClassOf } from './message-class.ts';
import { bodyFor, render, type XiaomiPayload } from './render.ts';

/** One body to many tokens (xiaomi section 3.1). */
const PATH = '/v3/message/regid';

/** How the day's quota stands (xiaomi section 6). */
const QUOTA_PATH = '/v1/trace/quota/get';

const REMEMBERED_CREDENTIALS = 10_000;

export const REGION_ENDPOINTS = {
  cn: 'xiaomiCn',
  ru: 'xiaomiRu',
  in: 'xiaomiIn',
  eu: 'xiaomiEu',
  sg: 'xiaomiSg',
} as const satisfies Record<XiaomiCredential['region'], keyof VendorEndpoints>;

/** A token in a list parted by commas. One with a comma would pass for two. */
const LISTABLE = /^[^\s,]+$/;

const MALFORMED_TOKEN: Outcome = { kind: 'rejected', code: 'token_malformed' };

/** Sends to Mi Push over a few keep-alive connections per credential. */
export class XiaomiSender implements VendorSender<XiaomiCredential> {
  readonly #ports: SenderPorts;
  readonly #warn: SenderPorts['warn'];
  readonly #watch: CredentialWatch;
  readonly #clients: HttpClients;
  /** When the quota query was last called, by credential. */
  readonly #askedAt = new LruMap<string, number>(REMEMBERED_CREDENTIALS);

  constructor(ports: SenderPorts) {
    this.#ports = ports;
    this.#warn = warnSparingly(ports);
    this.#watch = new CredentialWatch('Xiaomi', { now: ports.now, warn: this.#warn });
    this.#clients = new HttpClients(ports, { connections: limits.MAX_CONNECTIONS, idleMs: limits.IDLE_MS });
  }

  async send(request: SendRequest<XiaomiCredential>, report: (index: number, outcome: Outcome) => void): Promise<void> {
    const { targets, credential, notification, jobId } = request;
    const { value } = credential;
    const receiptUrl = value.callbackUrl ?? credential.receiptUrl;
    const payload = render(notification, value, { now: this.#ports.now(), jobId, receiptUrl });
    if (payload.kind !== 'payload') {
      reportAll(targets, outcomeOfUnsendable(payload), report);
      return;
    }
    await sendInBatches<XiaomiRemedy>({
      targets,
      targetsPerCall: limits.TARGETS_PER_CALL,
      unsendable: ({ token }) => (LISTABLE.test(token) ? null : MALFORMED_TOKEN),
      client: this.#clientOf(credential),
      accessToken: null,
      prepare: (group) => ({ kind: 'call', call: callTo(group, payload, value) }),
      classify: (answer, group, context) => this.#classify(answer, group, context, request),
      report,
      signal: request.signal,
      warn: this.#warn,
    });
  }

  /** Null also when this process has asked less than a second ago: Xiaomi wants no more (xiaomi section 6). */
  async standing(
    credential: LoadedCredential<XiaomiCredential>,
  ): Promise<{ className: string; standing: QuotaStanding } | null> {
    const { cacheKey, value } = credential;
    const now = this.#ports.now();
    const askedAt = this.#askedAt.get(cacheKey);
    if (askedAt !== undefined && now - askedAt < limits.QUOTA_QUERY_MS) return null;
    this.#askedAt.set(cacheKey, now);
    const call: HttpCall = { method: 'GET', path: QUOTA_PATH, headers: authorization(value) };
    const answer = await this.#clientOf(credential).call(call);
    const standing = answer.kind === 'answer' ? readStanding(answer) : null;
    return standing && { className: limits.TOLD_CLASS, standing };
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  #classify(
    { status, headers, body }: HttpAnswer,
    group: readonly Target[],
    { tried }: BatchContext<XiaomiRemedy>,
    request: SendRequest<XiaomiCredential>,
  ): CallReading<XiaomiRemedy> {
    const now = this.#ports.now();
    const credential = request.credential.cacheKey;
    const tokens = group.map(({ token }) => token);
    const reading = classify({ status, body, retryAfter: headers['retry-after'] }, tokens, { now, tried });
    if (reading.unknownCode !== null) this.#watch.undocumented(credential, [reading.unknownCode]);
    this.#tell(reading, request);
    // Tokens of another app or region look like dead ones (xiaomi section 7, type 16).
    return this.#watch.check(reading, { credential, tried });
  }

  #tell({ standing }: XiaomiReading, { notification, credential, onStanding }: SendRequest<XiaomiCredential>): void {
    if (standing !== null && quotaClassOf(notification, credential.value) === limits.TOLD_CLASS) onStanding?.(standing);
  }

  #clientOf({ cacheKey, value }: LoadedCredential<XiaomiCredential>): HttpClient {
    return this.#clients.of(cacheKey, this.#ports.endpoints[REGION_ENDPOINTS[value.region]]);
  }
}

function callTo(group: readonly Target[], payload: XiaomiPayload, credential: XiaomiCredential): HttpCall {
  return {
    method: 'POST',
    path: PATH,
    headers: { ...authorization(credential), 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: bodyFor(
      payload,
      group.map(({ token }) => token),
    ),
  };
}
