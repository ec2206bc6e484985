import type { Outcome, Target } from '#libs/contracts';
import { sendInBatches, type BatchContext, type CallReading } from '../batch-send.ts';
import { CredentialWatch } from '../credential-watch.ts';
import type { HttpAnswer, HttpCall } from '../http-client.ts';
import { HttpClients } from '../http-clients.ts';
import { outcomeOfUnsendable } from '../unsendable.ts';
import { reportAll } from '../unsent.ts';
import type { SenderPorts, SendRequest, VendorSender } from '../vendor.ts';
import { warnSparingly } from '../warn-sparingly.ts';
import { accessTokenKey, accessTokenRules } from './auth.ts';
import { classify, type HonorRemedy } from './classify.ts';
import type { HonorCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { bodyFor, render, type HonorPayload } from './render.ts';

/** Sends to HONOR over keep-alive connections of each credential. */
export class HonorSender implements VendorSender<HonorCredential> {
  readonly #ports: SenderPorts;
  readonly #warn: SenderPorts['warn'];
  readonly #watch: CredentialWatch;
  readonly #clients: HttpClients;

  constructor(ports: SenderPorts) {
    this.#ports = ports;
    this.#warn = warnSparingly(ports);
    this.#watch = new CredentialWatch('HONOR', { now: ports.now, warn: this.#warn });
    this.#clients = new HttpClients(ports, { connections: limits.CONNECTIONS, idleMs: limits.IDLE_MS });
  }

  async send(request: SendRequest<HonorCredential>, report: (index: number, outcome: Outcome) => void): Promise<void> {
    const { credential, jobId, notification, signal, targets } = request;
    const { accessTokens, endpoints, now } = this.#ports;
    const { cacheKey, value } = credential;
    const payload = render(notification, value, { now: now(), jobId });
    if (payload.kind !== 'payload') {
      reportAll(targets, outcomeOfUnsendable(payload), report);
      return;
    }
    const tokenClient = this.#clients.of(cacheKey, endpoints.honorToken);
    await sendInBatches<HonorRemedy>({
      targets,
      targetsPerCall: value.targetsPerCall,
      client: this.#clients.of(cacheKey, endpoints.honor),
      accessToken: {
        store: accessTokens,
        key: accessTokenKey(value),
        rules: accessTokenRules(value, tokenClient),
      },
      prepare: (called, { token }) => ({
        kind: 'call',
        call: this.#call(value, payload, called, token?.value ?? ''),
      }),
      classify: (answer, called, context) => this.#read(answer, called, context, cacheKey),
      report,
      signal,
      warn: this.#warn,
    });
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  #call({ appId }: HonorCredential, payload: HonorPayload, targets: readonly Target[], token: string): HttpCall {
    return {
      method: 'POST',
      path: `/api/v1/${appId}/sendMessage`,
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        authorization: `Bearer ${token}`,
        // HONOR refuses calls without it (honor section 2.2).
        timestamp: String(this.#ports.now()),
      },
      body: bodyFor(payload, targets),
    };
  }

  #read(
    answer: HttpAnswer,
    targets: readonly Target[],
    { tried }: BatchContext<HonorRemedy>,
    credential: string,
  ): CallReading<HonorRemedy> {
    const reading = classify(answer, targets, this.#ports.now());
    if (reading.unknown !== null) this.#watch.undocumented(credential, [reading.unknown]);
    return this.#watch.check(reading, { credential, tried });
  }
}
