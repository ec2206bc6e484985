import { createPrivateKey } from 'node:crypto';
import type { AccessToken, Finding, Target } from '#libs/contracts';
import {
  callWithToken,
  failed,
  findingsOf,
  findingsOfTokenError,
  ok,
  unreachable,
  visit,
  warning,
  type Advice,
} from '../checkup.ts';
import type { HttpClient } from '../http-client.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { ForcedRenewals, tokenSource } from './auth.ts';
import { classify } from './classify.ts';
import type { HuaweiCredential } from './credentials.ts';

/** No phone has it. */
const NO_DEVICE: Target = {
  receiver: '',
  deviceId: '',
  tokenId: 0,
  token: 'offpush-check',
  badge: null,
  registeredAt: 0,
};

/** Codes and statuses that refuse the app, the project or its path, not the keys (huawei section 5). */
const PERMISSIONS: ReadonlySet<string> = new Set(['80300002', '80300037', 'http_404']);

/** "No right for high urgency" (huawei section 5). */
const NO_HIGH_URGENCY = '80300011';

/** Checks the credential with a call that is only validated, which shows nothing (huawei section 3.1). */
export async function check({ value }: LoadedCredential<HuaweiCredential>, ports: SenderPorts): Promise<Finding[]> {
  const { huawei, huaweiToken } = ports.endpoints;
  const findings = await visit(ports, {
    vendor: 'Huawei',
    // The token of a service account is signed here.
    urls: value.api === 'v3' ? [huawei] : [huaweiToken, huawei],
    clockToleranceMs: null,
    ask: async (clientOf) => await askHuawei(value, clientOf(huawei), clientOf(huaweiToken), ports),
  });
  return [...keyFindings(value), ...findings, ...rights(value)];
}

function keyFindings({ api, serviceAccount }: HuaweiCredential): Finding[] {
  if (api !== 'v3' || serviceAccount === undefined) return [];
  const bits = createPrivateKey(serviceAccount.private_key).asymmetricKeyDetails?.modulusLength ?? 0;
  return [ok('key', `an RSA key of ${bits} bits`)];
}

async function askHuawei(
  credential: HuaweiCredential,
  client: HttpClient,
  tokenClient: HttpClient,
  ports: SenderPorts,
): Promise<Finding[]> {
  const { accessTokens: store, endpoints, now, warn } = ports;
  const { key, rules } = tokenSource(credential, tokenClient, new ForcedRenewals());
  const advice = adviceFor(credential);
  const validate = async (token: AccessToken) => {
    const answer = await client.call({
      method: 'POST',
      path: pathFor(credential),
      headers: { authorization: `Bearer ${token.value}`, 'content-type': 'application/json;charset=UTF-8' },
      body: bodyFor(credential),
    });
    if (answer.kind === 'failed') return answer.code;
    return classify(answer, [NO_DEVICE], { now: now(), removable: new Set() }).targets[0];
  };
  try {
    const reading = await callWithToken(
      { store, key, rules },
      validate,
      (result) => typeof result === 'object' && result.remedy === 'fresh_token',
    );
    if (typeof reading !== 'object') return [unreachable(endpoints.huawei, reading ?? 'no answer')];
    const { outcome } = reading;
    if (outcome.kind === 'misconfigured' && outcome.code === NO_HIGH_URGENCY) {
      const detail = `Huawei answers ${outcome.code}: urgency HIGH is not granted`;
      return [
        ok('authenticated', 'Huawei takes the credential'),
        failed('class_rights', detail, 'Apply for the right, and set highPriorityRight to false until it is granted'),
      ];
    }
    return findingsOf('Huawei', outcome, advice, PERMISSIONS);
  } catch (error) {
    return findingsOfTokenError('Huawei', error, { url: endpoints.huaweiToken, advice, warn });
  }
}

/**
 * v3 knows no validation. The JWT of its service account is good for v2 as well (huawei section 2.2), and so is its
 * project (our reading).
 */
function pathFor({ api, clientId, projectId, serviceAccount }: HuaweiCredential): string {
  return api === 'v1'
    ? `/v1/${clientId ?? ''}/messages:send`
    : `/v2/${projectId ?? serviceAccount?.project_id ?? ''}/messages:send`;
}

function bodyFor({ api, highPriorityRight }: HuaweiCredential): string {
  const urgency = api !== 'v3' && highPriorityRight ? 'HIGH' : 'NORMAL';
  return JSON.stringify({
    validate_only: true,
    message: { data: '{}', android: { urgency }, token: [NO_DEVICE.token] },
  });
}

function adviceFor({ api }: HuaweiCredential): Advice {
  return {
    authenticated:
      api === 'v3'
        ? 'Compare serviceAccount with the key file, and see in the console whether the key still exists; see that this clock is right'
        : "Compare clientId and clientSecret with the app's page in the console",
    permitted:
      api === 'v1'
        ? 'See in the console that Push Kit is switched on for the app and that it is under no penalty'
        : 'Compare projectId with the console; see that Push Kit is switched on for the project and that it is under no penalty',
  };
}

/**
 * Which categories were granted Huawei does not tell. Without any it classifies by itself on v1 and v2 (Tencent Chat's restrictions of vendors), and
 * takes all for marketing on v3 (huawei section 3.2).
 */
function rights({ api, categories }: HuaweiCredential): Finding[] {
  return categories.length > 0
    ? []
    : [
        warning(
          'class_rights',
          api === 'v3'
            ? 'no category is granted: everything goes out as marketing, silent and two a day per device'
            : 'no category is granted: Huawei classifies by itself; what it takes for marketing is silent, two a day per device',
          'Apply for self-classification in the console, then list the granted categories in categories',
        ),
      ];
}
