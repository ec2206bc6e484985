import type { Outcome, Target } from '#libs/contracts';
import { sendInBatches, type BatchContext, type CallReading } from '../batch-send.ts';
import { CredentialWatch } from '../credential-watch.ts';
import type { HttpAnswer, HttpCall } from '../http-client.ts';
import { HttpClients } from '../http-clients.ts';
import { outcomeOfUnsendable } from '../unsendable.ts';
import { reportAll } from '../unsent.ts';
import type { SenderPorts, SendRequest, VendorEndpoints, VendorSender } from '../vendor.ts';
import { warnSparingly } from '../warn-sparingly.ts';
import { authorization } from './auth.ts';
import { classify, type XiaomiReading, type XiaomiRemedy } from './classify.ts';
import type { XiaomiCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { bodyFor, render, type XiaomiPayload } from './render.ts';

/** One body to many tokens (xiaomi section 3.1). */
const PATH = '/v3/message/regid';

const REGION_ENDPOINTS = {
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

  constructor(ports: SenderPorts) {
    this.#ports = ports;
    this.#warn = warnSparingly(ports);
    this.#watch = new CredentialWatch('Xiaomi', { now: ports.now, warn: this.#warn });
    this.#clients = new HttpClients(ports, { connections: limits.MAX_CONNECTIONS, idleMs: limits.IDLE_MS });
  }

  async send(request: SendRequest<XiaomiCredential>, report: (index: number, outcome: Outcome) => void): Promise<void> {
    const { targets, credential, notification, jobId } = request;
    const { value, cacheKey } = credential;
    const receiptUrl = value.callbackUrl ?? credential.receiptUrl;
    const payload = render(notification, value, { now: this.#ports.now(), jobId, receiptUrl });
    if (payload.kind !== 'payload') {
      reportAll(targets, outcomeOfUnsendable(payload), report);
      return;
    }
    const endpoint = this.#ports.endpoints[REGION_ENDPOINTS[value.region]];
    await sendInBatches<XiaomiRemedy>({
      targets,
      targetsPerCall: limits.TARGETS_PER_CALL,
      unsendable: ({ token }) => (LISTABLE.test(token) ? null : MALFORMED_TOKEN),
      client: this.#clients.of(cacheKey, endpoint),
      accessToken: null,
      prepare: (group) => ({ kind: 'call', call: callTo(group, payload, value) }),
      classify: (answer, group, context) => this.#classify(answer, group, context, cacheKey),
      report,
      signal: request.signal,
      warn: this.#warn,
    });
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  #classify(
    { status, headers, body }: HttpAnswer,
    group: readonly Target[],
    { tried }: BatchContext<XiaomiRemedy>,
    credential: string,
  ): CallReading<XiaomiRemedy> {
    const now = this.#ports.now();
    const tokens = group.map(({ token }) => token);
    const reading = classify({ status, body, retryAfter: headers['retry-after'] }, tokens, { now, tried });
    if (reading.unknownCode !== null) this.#watch.undocumented(credential, [reading.unknownCode]);
    this.#warnOfQuota(reading, credential);
    // Tokens of another app or region look like dead ones (xiaomi section 7, type 16).
    return this.#watch.check(reading, { credential, tried });
  }

  #warnOfQuota({ quota }: XiaomiReading, credential: string): void {
    if (quota !== null && quota.limit > 0 && quota.used >= limits.QUOTA_WARNING_SHARE * quota.limit) {
      this.#warn("Xiaomi's quota of the day is nearly used up", { ...quota, credential });
    }
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
