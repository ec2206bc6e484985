import type { Outcome, Target } from '#libs/contracts';
import { sendInBatches, type BatchContext, type CallReading } from '../batch-send.ts';
import { CredentialWatch } from '../credential-watch.ts';
import type { HttpAnswer, HttpCall } from '../http-client.ts';
import { HttpClients } from '../http-clients.ts';
import { outcomeOfUnsendable } from '../unsendable.ts';
import { reportAll } from '../unsent.ts';
import type { SenderPorts, SendRequest, VendorSender } from '../vendor.ts';
import { warnSparingly } from '../warn-sparingly.ts';
import { accessTokenKey, accessTokenRules, FORM } from './auth.ts';
import { classify, type OppoRemedy } from './classify.ts';
import type { OppoCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { messageFor, render, type OppoPayload } from './render.ts';

const MALFORMED_TOKEN: Outcome = { kind: 'token_gone', code: 'token_malformed', goneAt: null };

/** Whether OPPO could take it for a token: its characters separate tokens elsewhere in the API (oppo section 2). */
function isToken(token: string): boolean {
  return /^[^;,\s]+$/.test(token) && Buffer.byteLength(token) <= limits.TOKEN_BYTES;
}

function callFor(payload: OppoPayload, targets: readonly Target[], token: string): HttpCall {
  const messages = targets.map((target) => messageFor(payload, target));
  const [single = ''] = messages;
  const form: Record<string, string> =
    messages.length === 1 ? { message: single } : { messages: `[${messages.join()}]` };
  return {
    method: 'POST',
    path: `/server/v1/message/notification/${messages.length === 1 ? 'unicast' : 'unicast_batch'}`,
    headers: { 'content-type': FORM },
    body: new URLSearchParams({ auth_token: token, ...form }).toString(),
  };
}

/** Sends to OPPO: one target as a unicast, more as unicast_batch, each with a message of its own. */
export class OppoSender implements VendorSender<OppoCredential> {
  readonly #ports: SenderPorts;
  readonly #warn: SenderPorts['warn'];
  readonly #watch: CredentialWatch;
  readonly #clients: HttpClients;

  constructor(ports: SenderPorts) {
    this.#ports = ports;
    this.#warn = warnSparingly(ports);
    this.#watch = new CredentialWatch('OPPO', { now: ports.now, warn: this.#warn });
    this.#clients = new HttpClients(ports, { connections: limits.CONNECTIONS, idleMs: limits.IDLE_MS });
  }

  async send(request: SendRequest<OppoCredential>, report: (index: number, outcome: Outcome) => void): Promise<void> {
    const { credential, jobId, notification, targets } = request;
    const { accessTokens, endpoints, now } = this.#ports;
    const { value, receiptUrl } = credential;
    const payload = render(notification, value, { now: now(), jobId, receiptUrl });
    if (payload.kind !== 'payload') {
      reportAll(targets, outcomeOfUnsendable(payload), report);
      return;
    }
    const origin = value.region === 'global' ? endpoints.oppoGlobal : endpoints.oppoCn;
    const client = this.#clients.of(credential.cacheKey, origin);
    await sendInBatches<OppoRemedy>({
      targets,
      targetsPerCall: limits.TARGETS_PER_CALL,
      unsendable: ({ token }) => (isToken(token) ? null : MALFORMED_TOKEN),
      client,
      accessToken: { store: accessTokens, key: accessTokenKey(value), rules: accessTokenRules(value, client) },
      prepare: (some, { token }) => ({ kind: 'call', call: callFor(payload, some, token?.value ?? '') }),
      classify: (answer, some, context) => this.#classify(answer, some, context, credential.cacheKey),
      report,
      signal: request.signal,
      warn: this.#warn,
    });
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  #classify(
    answer: HttpAnswer,
    targets: readonly Target[],
    { tried }: BatchContext<OppoRemedy>,
    credential: string,
  ): CallReading<OppoRemedy> {
    const { reading, unknownCodes } = classify(answer, targets, this.#ports.now());
    this.#watch.undocumented(credential, unknownCodes);
    // OPPO has no code of its own for a token of another app.
    return this.#watch.check(reading, { credential, tried });
  }
}
