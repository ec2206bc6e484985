import { hash } from 'node:crypto';
import { sensitiveHeaders } from 'node:http2';
import type { SecureContext } from 'node:tls';
import type { AccessToken, Outcome } from '#libs/contracts';
import { CredentialHealths } from '../credential-health.ts';
import { Http2Pools } from '../http2-pools.ts';
import type { PoolOptions } from '../http2-session-pool.ts';
import { LruMap } from '../lru-map.ts';
import { secretFingerprint } from '../secret-fingerprint.ts';
import { sendOverSessions, type SessionJob, type Reading, type VendorAnswer } from '../session-send.ts';
import { secureContext } from '../trust.ts';
import { outcomeOfUnsendable } from '../unsendable.ts';
import { reportAll } from '../unsent.ts';
import type { LoadedCredential, SenderPorts, SendRequest, VendorSender } from '../vendor.ts';
import { warnSparingly } from '../warn-sparingly.ts';
import { providerTokenKey, providerTokenRules } from './auth.ts';
import { classify } from './classify.ts';
import type { ApnsCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { bodyFor, isShared, render, type ApnsPayload } from './render.ts';

/** Never indexed by HPACK: two are to be literals (apns section 8), and ids that never recur would crowd its table. */
const SENSITIVE = [':path', 'authorization', 'apns-id'];

const REMEMBERED_CREDENTIALS = 10_000;
const REMEMBERED_DOUBTS = 50_000;

/** What sending for a credential takes, worked out once. */
interface Account {
  poolKey: string;
  poolOptions: () => PoolOptions;
  authority: string;
  topic: string;
  accessToken: SessionJob['accessToken'];
}

/** `apns-id` of a push: the same for every attempt, so that Apple sees a repeat as one (apns section 5, transport). */
export function apnsId(jobId: string, tokenId: number): string {
  const hex = hash('sha256', `${jobId}\n${tokenId}`, 'hex');
  // A UUID of version 8, whose bits are the maker's (RFC 9562 section 5.8).
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Sends to APNs over long-lived connections, one or two per signing key and topic. */
export class ApnsSender implements VendorSender<ApnsCredential> {
  readonly #ports: SenderPorts;
  readonly #warn: SenderPorts['warn'];
  readonly #pools = new Http2Pools();
  readonly #accounts = new LruMap<string, Account>(REMEMBERED_CREDENTIALS);
  readonly #healths = new CredentialHealths();
  readonly #doubted = new LruMap<string, true>(REMEMBERED_DOUBTS);
  readonly #trust: SecureContext | null;

  constructor(ports: SenderPorts) {
    this.#ports = ports;
    this.#warn = warnSparingly(ports);
    this.#trust = secureContext(ports.extraCa);
  }

  async send(request: SendRequest<ApnsCredential>, report: (index: number, outcome: Outcome) => void): Promise<void> {
    const { targets, credential } = request;
    const payload = render(request.notification);
    if (payload.kind === 'too_large') {
      reportAll(targets, outcomeOfUnsendable(payload), report);
      return;
    }
    const account = this.#accountOf(credential);
    await sendOverSessions({
      targets,
      pools: this.#pools,
      poolKey: account.poolKey,
      poolOptions: account.poolOptions,
      // The body of a 200 is empty.
      skipBodyOf200: true,
      accessToken: account.accessToken,
      doubted: this.#doubted,
      prepare: preparer(request, payload, account),
      classify: (answer, token) => this.#classify(answer, token, credential.cacheKey),
      report,
      signal: request.signal,
      warn: this.#warn,
    });
  }

  async close(): Promise<void> {
    await this.#pools.close();
  }

  #classify(answer: VendorAnswer, token: AccessToken | null, credential: string): Reading {
    const now = this.#ports.now();
    const health = this.#healths.of(credential);
    const { headers, status, body } = answer;
    const apnsIdHeader = headers['apns-id'];
    const reading = classify(
      {
        status,
        body,
        apnsId: typeof apnsIdHeader === 'string' ? apnsIdHeader : undefined,
        retryAfter: headers['retry-after'],
      },
      { now, tokenIssuedAt: token?.issuedAt ?? null },
    );
    const { outcome, remedy } = reading;
    if (outcome.kind === 'accepted') {
      health.accepted(now);
      return { outcome, remedy, wholeCredential: false, doubted: false };
    }
    const { code } = outcome;
    if (reading.unknown) this.#warn('APNs gave an answer that it does not document', { code, credential });
    if (reading.tokenOfAnotherApp && health.mismatched(now)) {
      this.#warn('APNs says of many tokens that they belong to another app', { code, credential });
      const detail = 'so many tokens that the topic must be wrong; none is dropped';
      return { outcome: { kind: 'misconfigured', code, detail }, remedy, wholeCredential: false, doubted: true };
    }
    const wholeCredential =
      outcome.kind === 'misconfigured' || (outcome.kind === 'throttled' && outcome.scope === 'credential');
    if (wholeCredential) this.#warn('APNs refuses a credential', { code, credential });
    return { outcome, remedy, wholeCredential, doubted: outcome.kind === 'token_gone' };
  }

  #accountOf({ cacheKey, value }: LoadedCredential<ApnsCredential>): Account {
    const known = this.#accounts.get(cacheKey);
    if (known !== undefined) return known;
    const { endpoints, accessTokens } = this.#ports;
    const { origin, host } = new URL(
      value.environment === 'production' ? endpoints.apnsProduction : endpoints.apnsSandbox,
    );
    const topic = value.topic ?? value.bundleId;
    const common = { topic, authority: host };
    let account: Account;
    if (value.mode === 'token') {
      const key = providerTokenKey(value);
      account = {
        ...common,
        // A connection is bound to a team and a key; the topic, because one added later needs a new connection
        // (apns section 2.1).
        poolKey: `${origin} ${key} ${topic}`,
        poolOptions: () => this.#poolOptions(origin, this.#trust),
        accessToken: { store: accessTokens, key, rules: providerTokenRules(value) },
      };
    } else {
      const client = { cert: value.certPem, key: value.keyPem };
      account = {
        ...common,
        poolKey: `${origin} certificate ${secretFingerprint(value.certPem, value.keyPem)}`,
        poolOptions: () => this.#poolOptions(origin, secureContext(this.#ports.extraCa, client)),
        accessToken: null,
      };
    }
    this.#accounts.set(cacheKey, account);
    return account;
  }

  #poolOptions(origin: string, context: SecureContext | null): PoolOptions {
    return {
      origin,
      secureContext: context,
      maxInFlight: limits.MAX_IN_FLIGHT,
      maxSessions: this.#ports.maxSessions ?? limits.MAX_SESSIONS,
      // One stream until the first request with a valid token is answered (apns section 8).
      warmedBy: (status) => status !== 403,
      requestTimeoutMs: this.#ports.requestTimeoutMs,
      pingIntervalMs: limits.PING_INTERVAL_MS,
      pingTimeoutMs: limits.PING_TIMEOUT_MS,
      idleMs: limits.IDLE_MS,
      backoff: limits.BACKOFF,
      random: Math.random,
      onTrouble: (message, fields) => this.#warn(message, { vendor: 'apns', ...fields }),
    };
  }
}

/** Makes the calls of one job. All but the path, the id and, where it differs, the body is shared. */
function preparer(
  { jobId }: SendRequest<ApnsCredential>,
  payload: ApnsPayload,
  account: Account,
): SessionJob['prepare'] {
  const { authority, topic } = account;
  const { pushType, priority, expiration, collapseId } = payload;
  let shared: Buffer | null = null;
  return (target, token) => {
    // Refused here, because Apple counts each refusal against the connection; it also keeps the path clean.
    if (!limits.DEVICE_TOKEN.test(target.token)) return { kind: 'token_gone', code: 'token_malformed', goneAt: null };
    const body = isShared(payload) ? (shared ??= bodyFor(payload, target)) : bodyFor(payload, target);
    // Room is kept for 128 characters of receiver id; a longer one may not fit.
    if (body.length > limits.MAX_PAYLOAD_BYTES) return { kind: 'rejected', code: 'payload_too_large' };
    return {
      kind: 'call',
      body,
      headers: {
        ':method': 'POST',
        ':path': `/3/device/${target.token.toLowerCase()}`,
        ':authority': authority,
        ...(token === null ? {} : { authorization: `bearer ${token.value}` }),
        'apns-topic': topic,
        'apns-push-type': pushType,
        'apns-priority': priority,
        'apns-expiration': expiration,
        'apns-collapse-id': collapseId,
        'apns-id': apnsId(jobId, target.tokenId),
        [sensitiveHeaders]: SENSITIVE,
      },
    };
  };
}
