import type { Dispatcher } from 'undici';
import type { Outcome } from '#libs/contracts';
import { CredentialHealths, type CredentialHealth } from '../credential-health.ts';
import { Http2Pools } from '../http2-pools.ts';
import type { PoolOptions } from '../http2-session-pool.ts';
import { LruMap } from '../lru-map.ts';
import { sendOverSessions, type PreparedCall, type Reading, type VendorAnswer } from '../session-send.ts';
import { secureContext } from '../trust.ts';
import { outcomeOfUnsendable } from '../unsendable.ts';
import { reportAll } from '../unsent.ts';
import type { SenderPorts, SendRequest, VendorSender } from '../vendor.ts';
import { warnSparingly } from '../warn-sparingly.ts';
import { accessTokenKey, accessTokenRules, tokenDispatcher } from './auth.ts';
import { classify } from './classify.ts';
import type { FcmCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { bodyFor, render } from './render.ts';

const REMEMBERED_DOUBTS = 50_000;

/** Sends to FCM over a few long-lived connections that all projects share. */
export class FcmSender implements VendorSender<FcmCredential> {
  readonly #ports: SenderPorts;
  readonly #warn: SenderPorts['warn'];
  readonly #pools = new Http2Pools();
  readonly #healths = new CredentialHealths();
  readonly #doubted = new LruMap<string, true>(REMEMBERED_DOUBTS);
  readonly #poolOptions: PoolOptions;
  readonly #authority: string;
  readonly #tokenDispatcher: Dispatcher;
  #closing: Promise<void> | null = null;

  constructor(ports: SenderPorts) {
    const { extraCa, maxSessions = limits.MAX_SESSIONS, requestTimeoutMs } = ports;
    const { origin, host } = new URL(ports.endpoints.fcm);
    this.#ports = ports;
    this.#warn = warnSparingly(ports);
    this.#authority = host;
    this.#tokenDispatcher = tokenDispatcher(extraCa);
    this.#poolOptions = {
      origin,
      secureContext: secureContext(extraCa),
      maxInFlight: limits.MAX_IN_FLIGHT,
      maxSessions,
      warmedBy: null,
      requestTimeoutMs,
      pingIntervalMs: limits.PING_INTERVAL_MS,
      pingTimeoutMs: limits.PING_TIMEOUT_MS,
      idleMs: limits.IDLE_MS,
      backoff: limits.BACKOFF,
      random: Math.random,
      onTrouble: (message, fields) => this.#warn(message, { vendor: 'fcm', ...fields }),
    };
  }

  async send(request: SendRequest<FcmCredential>, report: (index: number, outcome: Outcome) => void): Promise<void> {
    const { targets, credential, notification } = request;
    const { accessTokens, endpoints, now, requestTimeoutMs } = this.#ports;
    const payload = render(notification, credential.value, now());
    if (payload.kind === 'too_large') {
      reportAll(targets, outcomeOfUnsendable(payload), report);
      return;
    }
    const health = this.#healths.of(credential.cacheKey);
    const endpoint = { url: endpoints.googleToken, dispatcher: this.#tokenDispatcher, timeoutMs: requestTimeoutMs };
    const path = `/v1/projects/${credential.value.project_id}/messages:send`;
    await sendOverSessions({
      targets,
      pools: this.#pools,
      poolKey: 'fcm',
      poolOptions: () => this.#poolOptions,
      // A 200 names the message.
      skipBodyOf200: false,
      accessToken: {
        store: accessTokens,
        key: accessTokenKey(credential.value),
        rules: accessTokenRules(credential.value, endpoint),
      },
      doubted: this.#doubted,
      prepare: (target, token): PreparedCall => ({
        kind: 'call',
        body: bodyFor(payload, target),
        headers: {
          ':method': 'POST',
          ':path': path,
          ':authority': this.#authority,
          authorization: `Bearer ${token?.value ?? ''}`,
          'content-type': 'application/json; charset=UTF-8',
        },
      }),
      classify: (answer) => this.#classify(answer, health, credential.cacheKey),
      report,
      signal: request.signal,
      warn: this.#warn,
    });
  }

  async close(): Promise<void> {
    // The dispatcher takes a second close for an error.
    this.#closing ??= this.#pools.close().then(async () => await this.#tokenDispatcher.close());
    await this.#closing;
  }

  #classify({ headers, status, body }: VendorAnswer, health: CredentialHealth, credential: string): Reading {
    const now = this.#ports.now();
    const reading = classify(
      { status, body, retryAfter: headers['retry-after'] },
      { now, projectWorks: health.worksToday(now) },
    );
    const { outcome, remedy, wholeCredential } = reading;
    if (outcome.kind === 'accepted') {
      health.accepted(now);
      return { outcome, remedy, wholeCredential, doubted: false };
    }
    const { code } = outcome;
    if (reading.unknown) this.#warn('FCM gave an answer that it does not document', { code, credential });
    if (reading.tokenOfAnotherProject && health.mismatched(now)) {
      this.#warn('FCM says of many tokens that they belong to another project', { code, credential });
      const detail = 'so many tokens that the project must be wrong; none is dropped';
      return { outcome: { kind: 'misconfigured', code, detail }, remedy, wholeCredential, doubted: true };
    }
    if (outcome.kind === 'misconfigured') this.#warn('FCM refuses a credential', { code, credential });
    return { outcome, remedy, wholeCredential, doubted: outcome.kind === 'token_gone' };
  }
}
