import { X509Certificate } from 'node:crypto';
import { sensitiveHeaders } from 'node:http2';
import type { AccessToken, Finding } from '#libs/contracts';
import {
  callWithToken,
  clockFinding,
  failed,
  findingsOf,
  findingsOfTokenError,
  ok,
  unreachable,
  warning,
  type Advice,
} from '../checkup.ts';
import { Http2Call, type CallResult } from '../http2-call.ts';
import { Http2SessionPool } from '../http2-session-pool.ts';
import { secureContext } from '../trust.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { providerTokenKey, providerTokenRules } from './auth.ts';
import { classify, type ApnsReading } from './classify.ts';
import type { ApnsCredential } from './credentials.ts';
import * as limits from './limits.ts';

/** No device can have it: tokens are hexadecimal. Apple says BadDeviceToken once it has taken key and topic (our reading). */
const NO_DEVICE = 'offpush-check';

/** Shows nothing, should a device get it after all. */
const SILENT = JSON.stringify({ aps: { 'content-available': 1 } });

/** Reasons that refuse the topic, not the key (apns section 5). */
const TOPIC_REASONS: ReadonlySet<string> = new Set(['BadTopic', 'MissingTopic', 'TopicDisallowed']);

const DAY_MS = 86_400_000;

/** How the one call of a check ended. */
interface Answered {
  result: CallResult;
  reading: ApnsReading | null;
}

/** Checks the credential with one push to a device that cannot exist: one refusal costs no throughput worth the name. */
export async function check({ value }: LoadedCredential<ApnsCredential>, ports: SenderPorts): Promise<Finding[]> {
  const own = value.mode === 'token' ? [ok('key', 'an EC P-256 key')] : [expiryFinding(value.certPem, ports.now())];
  const url = value.environment === 'production' ? ports.endpoints.apnsProduction : ports.endpoints.apnsSandbox;
  const advice = adviceFor(value);
  const pool = poolFor(value, url, ports);
  try {
    const call = async (token: AccessToken | null): Promise<Answered> => await ask(pool, value, token, { url, ports });
    const { result, reading } =
      value.mode === 'token'
        ? await callWithToken(
            { store: ports.accessTokens, key: providerTokenKey(value), rules: providerTokenRules(value) },
            call,
            (answered) => answered.reading?.remedy === 'fresh_token',
          )
        : await call(null);
    if (reading === null || result.kind === 'failed') {
      return [...own, unreachable(url, result.kind === 'failed' ? result.code : 'no answer')];
    }
    const findings = findingsOf('APNs', reading.outcome, advice, TOPIC_REASONS);
    return [...own, ok('reachable', `${new URL(url).host} answers`), ...clockOf(result, findings, ports), ...findings];
  } catch (error) {
    return [...own, ...findingsOfTokenError('APNs', error, { url, advice, warn: ports.warn })];
  } finally {
    await pool.close();
  }
}

function adviceFor({ mode, environment, bundleId, topic = bundleId }: ApnsCredential): Advice {
  return {
    authenticated:
      mode === 'token'
        ? `Compare keyId, teamId and privateKeyP8 with Apple's page "Keys", and whether the key is good for ${environment}`
        : `Make a new certificate for ${bundleId} that is good for ${environment}`,
    permitted: `Compare the topic ${topic} with the app's bundle id, and with the topics that the key or certificate is for`,
  };
}

/** Apple promises no `Date`; that it took the JWT says that the clocks are within an hour (apns section 2.1). */
function clockOf(
  { headers }: Extract<CallResult, { kind: 'answer' }>,
  findings: readonly Finding[],
  ports: SenderPorts,
): Finding[] {
  if (headers.date !== undefined) {
    return [clockFinding('APNs', headers.date, ports.now(), limits.CLOCK_TOLERANCE_MS)];
  }
  const isTaken = findings.some(({ check: name, verdict }) => name === 'authenticated' && verdict === 'ok');
  return isTaken ? [] : [clockFinding('APNs', undefined, ports.now(), limits.CLOCK_TOLERANCE_MS)];
}

function expiryFinding(certPem: string, now: number): Finding {
  const { validFrom, validTo } = new X509Certificate(certPem);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  const until = new Date(to).toISOString();
  const advice =
    'Make a new certificate at Apple and replace the credential, or change to a key, which does not expire';
  if (now < from) return failed('expiry', `the certificate is valid from ${new Date(from).toISOString()}`, advice);
  if (now >= to) return failed('expiry', `the certificate was valid until ${until}`, advice);
  const detail = `the certificate is valid until ${until}`;
  return to - now < limits.EXPIRY_WARNING_DAYS * DAY_MS ? warning('expiry', detail, advice) : ok('expiry', detail);
}

/** Connections of its own: what Apple thinks of this one must not fall back on those that push. */
function poolFor(value: ApnsCredential, url: string, ports: SenderPorts): Http2SessionPool {
  const client = value.mode === 'certificate' ? { cert: value.certPem, key: value.keyPem } : null;
  return new Http2SessionPool({
    origin: new URL(url).origin,
    secureContext: secureContext(ports.extraCa, client),
    maxInFlight: 1,
    maxSessions: 1,
    warmedBy: null,
    requestTimeoutMs: ports.requestTimeoutMs,
    pingIntervalMs: limits.PING_INTERVAL_MS,
    pingTimeoutMs: limits.PING_TIMEOUT_MS,
    idleMs: limits.IDLE_MS,
    backoff: limits.BACKOFF,
    random: Math.random,
    onTrouble: () => undefined,
  });
}

async function ask(
  pool: Http2SessionPool,
  { topic, bundleId }: ApnsCredential,
  token: AccessToken | null,
  { url, ports }: { url: string; ports: SenderPorts },
): Promise<Answered> {
  const headers = {
    ':method': 'POST',
    ':path': `/3/device/${NO_DEVICE}`,
    ':authority': new URL(url).host,
    ...(token === null ? {} : { authorization: `bearer ${token.value}` }),
    'apns-topic': topic ?? bundleId,
    'apns-push-type': 'background',
    'apns-priority': '5',
    'apns-expiration': '0',
    [sensitiveHeaders]: [':path', 'authorization'],
  };
  const result = await new Promise<CallResult>((resolve) => {
    pool.request(new Http2Call(headers, Buffer.from(SILENT), true, resolve));
  });
  if (result.kind === 'failed') return { result, reading: null };
  const { status, body } = result;
  const answer = { status, body, apnsId: undefined, retryAfter: result.headers['retry-after'] };
  return { result, reading: classify(answer, { now: ports.now(), tokenIssuedAt: token?.issuedAt ?? null }) };
}
