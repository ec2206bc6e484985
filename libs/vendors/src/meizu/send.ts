import type { Outcome, Target } from '#libs/contracts';
import { sendInBatches, type BatchContext, type CallReading } from '../batch-send.ts';
import { CredentialWatch } from '../credential-watch.ts';
import type { HttpAnswer, HttpCall } from '../http-client.ts';
import { HttpClients } from '../http-clients.ts';
import { outcomeOfUnsendable } from '../unsendable.ts';
import { reportAll } from '../unsent.ts';
import type { SenderPorts, SendRequest, VendorEndpoints, VendorSender } from '../vendor.ts';
import { warnSparingly } from '../warn-sparingly.ts';
import { signedForm } from './auth.ts';
import { classify, type MeizuRemedy } from './classify.ts';
import type { MeizuCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { render } from './render.ts';

const PUSH_PATH = '/garcia/api/server/push/varnished/pushByPushId';

export const ENDPOINT_OF: Readonly<Record<MeizuCredential['region'], keyof VendorEndpoints>> = {
  cn: 'meizuCn',
  in: 'meizuIn',
};

/** A comma would make two pushIds of one, the second of which may be somebody else's. */
const MALFORMED_TOKEN: Outcome = { kind: 'rejected', code: 'token_malformed', detail: 'a pushId has no comma' };

/** Sends to Meizu over keep-alive connections of each credential. */
export class MeizuSender implements VendorSender<MeizuCredential> {
  readonly #ports: SenderPorts;
  readonly #warn: SenderPorts['warn'];
  readonly #watch: CredentialWatch;
  readonly #clients: HttpClients;

  constructor(ports: SenderPorts) {
    this.#ports = ports;
    this.#warn = warnSparingly(ports);
    this.#watch = new CredentialWatch('Meizu', { now: ports.now, warn: this.#warn });
    this.#clients = new HttpClients(ports, { connections: limits.CONNECTIONS, idleMs: limits.IDLE_MS });
  }

  async send(request: SendRequest<MeizuCredential>, report: (index: number, outcome: Outcome) => void): Promise<void> {
    const { credential, jobId, notification, signal, targets } = request;
    const { cacheKey, receiptUrl, value } = credential;
    const payload = render(notification, value, { now: this.#ports.now(), jobId, receiptUrl });
    if (payload.kind !== 'payload') {
      reportAll(targets, outcomeOfUnsendable(payload), report);
      return;
    }
    if (payload.callbackTooLong) {
      const code = 'callback_too_long';
      this.#warn('The receipt URL is too long for Meizu and was left out', { code, credential: cacheKey });
    }
    await sendInBatches<MeizuRemedy>({
      targets,
      targetsPerCall: limits.TARGETS_PER_CALL,
      unsendable: ({ token }) => (token.includes(',') ? MALFORMED_TOKEN : null),
      client: this.#clients.of(cacheKey, this.#ports.endpoints[ENDPOINT_OF[value.region]]),
      accessToken: null,
      prepare: (called) => ({ kind: 'call', call: callOf(value, payload.messageJson, called) }),
      classify: (answer, called, context) => this.#read(answer, called, context, cacheKey),
      report,
      signal,
      warn: this.#warn,
    });
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  #read(
    answer: HttpAnswer,
    targets: readonly Target[],
    { tried }: BatchContext<MeizuRemedy>,
    credential: string,
  ): CallReading<MeizuRemedy> {
    const reading = classify(answer, targets, this.#ports.now());
    this.#watch.undocumented(credential, reading.unknown);
    for (const code of reading.alarming) this.#warn('Meizu refuses to push to a device', { code, credential });
    return this.#watch.check(reading, { credential, tried });
  }
}

/** One call: the same message for up to 100 pushIds (meizu section 4). */
function callOf(
  { appId, appSecret, restrictedPackageNames }: MeizuCredential,
  messageJson: string,
  targets: readonly Target[],
): HttpCall {
  const parameters = {
    appId,
    pushIds: targets.map(({ token }) => token).join(','),
    messageJson,
    ...(restrictedPackageNames === undefined ? {} : { restrictedPackageNames: restrictedPackageNames.join(',') }),
  };
  return {
    method: 'POST',
    path: PUSH_PATH,
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: signedForm(parameters, appSecret),
  };
}
