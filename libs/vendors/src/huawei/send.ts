import type { Outcome, Target } from '#libs/contracts';
import { sameForAll, sendInBatches, type BatchContext, type CallReading, type PreparedBatch } from '../batch-send.ts';
import { CredentialWatch } from '../credential-watch.ts';
import type { HttpAnswer } from '../http-client.ts';
import { HttpClients } from '../http-clients.ts';
import { outcomeOfUnsendable } from '../unsendable.ts';
import { reportAll } from '../unsent.ts';
import type { SenderPorts, SendRequest, VendorSender } from '../vendor.ts';
import { warnSparingly } from '../warn-sparingly.ts';
import { ForcedRenewals, tokenSource } from './auth.ts';
import { classify } from './classify.ts';
import type { HuaweiCredential } from './credentials.ts';
import * as limits from './limits.ts';
import type { Removable } from './message.ts';
import { bodyFor, render, type HuaweiPayload } from './render.ts';

/** Sends to Huawei Push Kit, up to 1000 tokens in a call, over connections that each credential has for itself. */
export class HuaweiSender implements VendorSender<HuaweiCredential> {
  readonly #ports: SenderPorts;
  readonly #warn: SenderPorts['warn'];
  readonly #watch: CredentialWatch;
  readonly #clients: HttpClients;
  readonly #renewals = new ForcedRenewals();

  constructor(ports: SenderPorts) {
    this.#ports = ports;
    this.#warn = warnSparingly(ports);
    this.#watch = new CredentialWatch('Huawei', { now: ports.now, warn: this.#warn });
    this.#clients = new HttpClients(ports, { connections: limits.CONNECTIONS, idleMs: limits.IDLE_MS });
  }

  async send(
    { jobId, credential, notification, targets, signal }: SendRequest<HuaweiCredential>,
    report: (index: number, outcome: Outcome) => void,
  ): Promise<void> {
    const { accessTokens, endpoints, now } = this.#ports;
    const { cacheKey, value } = credential;
    const payload = render(notification, value, { now: now(), jobId });
    if (payload.kind !== 'payload') {
      reportAll(targets, outcomeOfUnsendable(payload), report);
      return;
    }
    const { key, rules } = tokenSource(value, this.#clients.of(cacheKey, endpoints.huaweiToken), this.#renewals);
    const prepare = (batch: readonly Target[], { token, tried }: BatchContext<Removable>): PreparedBatch<Removable> => {
      const chosen = tried.size === 0 ? payload : render(notification, value, { now: now(), jobId, without: tried });
      if (chosen.kind !== 'payload') return { kind: 'known', reading: sameForAll(batch, outcomeOfUnsendable(chosen)) };
      const headers = headersFor(chosen, token?.value ?? '');
      const body = bodyFor(chosen, batch, notification);
      return { kind: 'call', call: { method: 'POST', path: pathFor(value), headers, body } };
    };
    await sendInBatches<Removable>({
      targets,
      targetsPerCall: payload.targetsPerCall,
      client: this.#clients.of(cacheKey, endpoints.huawei),
      accessToken: { store: accessTokens, key, rules },
      prepare,
      classify: (answer, batch, context) => this.#classify(answer, batch, context, payload, cacheKey),
      report,
      signal,
      warn: this.#warn,
    });
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  #classify(
    answer: HttpAnswer,
    targets: readonly Target[],
    { tried }: BatchContext<Removable>,
    { removable }: HuaweiPayload,
    credential: string,
  ): CallReading<Removable> {
    const reading = classify(answer, targets, { now: this.#ports.now(), removable });
    if (reading.unknown !== null) this.#watch.undocumented(credential, [reading.unknown]);
    // That all tokens of a call are invalid speaks against the app, whatever else was accepted (huawei section 5).
    const doubts = { isDoubtful: () => reading.allInvalid, isProvenByAccepted: false };
    return this.#watch.check(reading, { credential, tried, ...doubts });
  }
}

/** v1 names the client, v2 and v3 the project (huawei section 3). The schema sees to it that they are there. */
function pathFor({ api, clientId, projectId, serviceAccount }: HuaweiCredential): string {
  const id = api === 'v1' ? clientId : (projectId ?? serviceAccount?.project_id);
  return `/${api}/${id ?? ''}/messages:send`;
}

function headersFor({ pushType }: HuaweiPayload, token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json;charset=UTF-8',
    ...(pushType === null ? {} : { 'push-type': String(pushType) }),
  };
}
