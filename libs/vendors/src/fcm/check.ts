import { createPrivateKey } from 'node:crypto';
import type { AccessToken, Finding } from '#libs/contracts';
import {
  callWithToken,
  failed,
  findingsOf,
  findingsOfTokenError,
  ok,
  unreachable,
  visit,
  type Advice,
} from '../checkup.ts';
import type { HttpClient } from '../http-client.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { accessTokenKey, accessTokenRules, tokenDispatcher } from './auth.ts';
import { classify, type FcmReading } from './classify.ts';
import type { FcmCredential } from './credentials.ts';
import { FEWEST_KEY_BITS } from './limits.ts';

/** `validate_only` delivers nothing (fcm section 3.2); besides, nobody subscribes to the topic. */
const BODY = JSON.stringify({ validate_only: true, message: { topic: 'offpush-check', data: { check: '1' } } });

/** Codes that refuse the project or the right to send, not the key (fcm section 5). */
const PERMISSIONS: ReadonlySet<string> = new Set(['PERMISSION_DENIED', 'NOT_FOUND']);

/** Checks the credential with an access token and a message that is only validated. */
export async function check({ value }: LoadedCredential<FcmCredential>, ports: SenderPorts): Promise<Finding[]> {
  const key = keyFinding(value);
  if (key.verdict === 'failed') return [key];
  const { endpoints } = ports;
  const findings = await visit(ports, {
    vendor: 'Google',
    urls: [endpoints.googleToken, endpoints.fcm],
    // "Off by more than minutes", and not how many (fcm section 2.1).
    clockToleranceMs: null,
    ask: async (clientOf) => await askFcm(value, clientOf(endpoints.fcm), ports),
  });
  return [key, ...findings];
}

function keyFinding({ private_key }: FcmCredential): Finding {
  const bits = createPrivateKey(private_key).asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < FEWEST_KEY_BITS
    ? failed(
        'key',
        `an RSA key of ${bits} bits, which is too short to sign with`,
        'Make a new key of the service account',
      )
    : ok('key', `an RSA key of ${bits} bits`);
}

async function askFcm(credential: FcmCredential, client: HttpClient, ports: SenderPorts): Promise<Finding[]> {
  const { accessTokens, endpoints, now, requestTimeoutMs, warn } = ports;
  const dispatcher = tokenDispatcher(ports.extraCa);
  const rules = accessTokenRules(credential, { url: endpoints.googleToken, dispatcher, timeoutMs: requestTimeoutMs });
  const advice = adviceFor(credential);
  const validate = async (token: AccessToken): Promise<FcmReading | string> => {
    const answer = await client.call({
      method: 'POST',
      path: `/v1/projects/${credential.project_id}/messages:send`,
      headers: { authorization: `Bearer ${token.value}`, 'content-type': 'application/json; charset=UTF-8' },
      body: BODY,
    });
    if (answer.kind === 'failed') return answer.code;
    const { status, headers, body } = answer;
    return classify({ status, body, retryAfter: headers['retry-after'] }, { now: now(), projectWorks: false });
  };
  try {
    const reading = await callWithToken(
      { store: accessTokens, key: accessTokenKey(credential), rules },
      validate,
      (result) => typeof result !== 'string' && result.remedy === 'fresh_token',
    );
    if (typeof reading === 'string') return [unreachable(endpoints.fcm, reading)];
    const findings = findingsOf('FCM', reading.outcome, advice, PERMISSIONS);
    return reading.outcome.kind === 'accepted'
      ? [...findings, ok('permitted', `the account may send for ${credential.project_id}`)]
      : findings;
  } catch (error) {
    return findingsOfTokenError('Google', error, { url: endpoints.googleToken, advice, warn });
  } finally {
    await dispatcher.close();
  }
}

function adviceFor({ client_email, project_id }: FcmCredential): Advice {
  return {
    authenticated: `See in Google Cloud whether ${client_email} and this key of it still exist, else make a new key; and see that this clock is right`,
    permitted: `Switch on the Firebase Cloud Messaging API of ${project_id}, and give ${client_email} a role that may send; compare project_id with the one in the key file`,
  };
}
