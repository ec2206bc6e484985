/** What the checks of all vendors have in common: how a credential is looked at, and how what comes back is put. */
import type { AccessToken, AccessTokenRules, AccessTokenStore, Check, Finding, Outcome } from '#libs/contracts';
import type { HttpAnswer, HttpClient, HttpFailure } from './http-client.ts';
import { HttpClients } from './http-clients.ts';
import { clockDetail, clockDifference, TOKEN_UNREACHABLE } from './token-endpoint.ts';
import { outcomeOfTokenError } from './unsent.ts';
import type { SenderPorts } from './vendor.ts';

/** From this difference on an operator should know of it, whatever the vendor puts up with; ours. */
const CLOCK_WARNING_MS = 60_000;

/** An access token of this age still proves that the credential works: none is made only to see. Ours. */
const PROVEN_FOR_MS = 10 * 60_000;

/** A check makes a call or two and is over. */
const CONNECTIONS = { connections: 1, idleMs: 1_000 };

const TRY_LATER = 'Check again in some minutes';

export function ok(check: Check, detail: string): Finding {
  return { check, verdict: 'ok', detail, advice: null };
}

export function warning(check: Check, detail: string, advice: string): Finding {
  return { check, verdict: 'warning', detail, advice };
}

export function failed(check: Check, detail: string, advice: string): Finding {
  return { check, verdict: 'failed', detail, advice };
}

/** `code` is why no answer came. */
export function unreachable(url: string, code: string): Finding {
  const { host } = new URL(url);
  return failed(
    'reachable',
    `${host} does not answer: ${code}`,
    `Let this machine open TLS connections to ${host}; behind a proxy that signs for it, set VENDOR_CA_FILE`,
  );
}

/** Compares clocks by the `Date` header of an answer. A vendor may refuse us from `toleranceMs` on; null: not known. */
export function clockFinding(
  vendor: string,
  date: string | undefined,
  now: number,
  toleranceMs: number | null,
): Finding {
  const difference = clockDifference(date, now);
  const advice = 'Synchronize the clock of this machine (NTP)';
  if (difference === null) return warning('clock', `${vendor} does not say what time it is`, advice);
  const detail = clockDetail(vendor, difference);
  if (toleranceMs !== null && Math.abs(difference) > toleranceMs) return failed('clock', detail, advice);
  return Math.abs(difference) > CLOCK_WARNING_MS ? warning('clock', detail, advice) : ok('clock', detail);
}

/** What a check of a vendor over HTTP/1.1 needs to know. */
interface Visit {
  vendor: string;
  /** One URL of every host that takes part; the first is the one whose clock counts. */
  urls: readonly string[];
  clockToleranceMs: number | null;
  /** What is asked once all hosts have answered. */
  ask: (clientOf: (url: string) => HttpClient) => Promise<Finding[]>;
}

/** Sees whether the hosts answer, and what time it is there, before anything is asked of them. */
export async function visit(ports: SenderPorts, { vendor, urls, clockToleranceMs, ask }: Visit): Promise<Finding[]> {
  const clients = new HttpClients(ports, CONNECTIONS);
  const clientOf = (url: string): HttpClient => clients.of('check', url);
  try {
    // Any answer will do, a 404 too.
    const knock = async (url: string) => await clientOf(url).call({ method: 'GET', path: '/', headers: {} });
    const answers = await Promise.all(urls.map(knock));
    const silent = urls.flatMap((url, index) => silenceOf(url, answers[index]));
    if (silent.length > 0) return silent;
    const hosts = [...new Set(urls.map((url) => new URL(url).host))].join(', ');
    const [first] = answers;
    const date = first?.kind === 'answer' ? first.headers['date'] : undefined;
    return [
      ok('reachable', `${hosts} ${urls.length > 1 ? 'answer' : 'answers'}`),
      clockFinding(vendor, date, ports.now(), clockToleranceMs),
      ...(await ask(clientOf)),
    ];
  } finally {
    await clients.close();
  }
}

function silenceOf(url: string, answer: HttpAnswer | HttpFailure | undefined): Finding[] {
  return answer?.kind === 'failed' ? [unreachable(url, answer.code)] : [];
}

/** What is to be done about keys that are refused, and about an app that they may not push for. */
export interface Advice {
  authenticated: string;
  permitted?: string;
}

/**
 * What the outcome of a call, or of a call for an access token, says of the credential. A device token that is refused
 * proves as much as an accepted push: the vendor had looked at it. `permissions` are codes that refuse the app, not the keys.
 */
export function findingsOf(
  vendor: string,
  outcome: Outcome,
  advice: Advice,
  permissions: ReadonlySet<string> = new Set(),
): Finding[] {
  switch (outcome.kind) {
    case 'accepted':
    case 'token_gone':
    case 'muted':
      return [ok('authenticated', `${vendor} takes the credential`)];
    case 'misconfigured': {
      const reason = `${vendor} answers ${outcome.code}${outcome.detail === undefined ? '' : ` (${outcome.detail})`}`;
      return permissions.has(outcome.code)
        ? [ok('authenticated', `${vendor} takes the keys`), failed('permitted', reason, advice.permitted ?? '')]
        : [failed('authenticated', reason, advice.authenticated)];
    }
    case 'rejected':
      return [
        warning(
          'authenticated',
          `${vendor} answers ${outcome.code} to the check`,
          'Wait for what the first push is told',
        ),
      ];
    case 'throttled':
    case 'quota_exhausted':
    case 'unavailable':
      return [warning('authenticated', `${vendor} could not say: ${outcome.code}`, TRY_LATER)];
  }
}

/** A credential that vendors know by its access token. */
interface TokenCheck {
  vendor: string;
  store: AccessTokenStore;
  key: string;
  rules: AccessTokenRules;
  /** URL of the token endpoint. */
  url: string;
  advice: Advice;
  warn: SenderPorts['warn'];
}

/**
 * Whether the vendor gives an access token, which is all that can be asked without a push. The cluster's own token is
 * renewed for it, so that no other ends unused, and not when it was made a moment ago.
 */
export async function checkToken({ vendor, store, key, rules, url, advice, warn }: TokenCheck): Promise<Finding[]> {
  const lately: AccessTokenRules = {
    ...rules,
    fresh: (token, now) => rules.fresh(token, now) && now - token.issuedAt < PROVEN_FOR_MS,
  };
  try {
    await store.get(key, lately);
    return [ok('authenticated', `${vendor} gives an access token`)];
  } catch (error) {
    return findingsOfTokenError(vendor, error, { url, advice, warn });
  }
}

/** What it says of the credential that an access token could not be had. */
export function findingsOfTokenError(
  vendor: string,
  error: unknown,
  { url, advice, warn }: Pick<TokenCheck, 'url' | 'advice' | 'warn'>,
): Finding[] {
  const outcome = outcomeOfTokenError(error, warn);
  return outcome === TOKEN_UNREACHABLE && 'code' in outcome
    ? [unreachable(url, outcome.code)]
    : findingsOf(vendor, outcome, advice);
}

/** Calls with the cluster's access token, and once more with a new one when the vendor refuses that. */
export async function callWithToken<Result>(
  { store, key, rules }: Pick<TokenCheck, 'store' | 'key' | 'rules'>,
  call: (token: AccessToken) => Promise<Result>,
  isRefused: (result: Result) => boolean,
): Promise<Result> {
  const token = await store.get(key, rules);
  const result = await call(token);
  if (!isRefused(result)) return result;
  const renewed = await store.get(key, rules, token.value);
  return renewed.value === token.value ? result : await call(renewed);
}
