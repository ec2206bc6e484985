import type { Finding } from '#libs/contracts';
import { findingsOf, ok, unreachable, visit, warning, type Advice } from '../checkup.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { authorization } from './auth.ts';
import { classify } from './classify.ts';
import type { XiaomiCredential } from './credentials.ts';
import { channelOf, quotaClassOf } from './message-class.ts';
import { REGION_ENDPOINTS } from './send.ts';

/** The quota query: authenticated, and pushes nothing (xiaomi section 6). */
const QUOTA_PATH = '/v1/trace/quota/get';

/** Refusals that prove the secret all the same: asked too often (xiaomi section 5). */
const PROVING: ReadonlySet<string> = new Set(['10027', '10038', '10039']);

/** Codes that refuse the app, not its secret (xiaomi section 5). */
const PERMISSIONS: ReadonlySet<string> = new Set(['10004', '10005', '10014', '10026', '10031', '10036', '22022']);

/** Checks the credential with a query of its quota. */
export async function check({ value }: LoadedCredential<XiaomiCredential>, ports: SenderPorts): Promise<Finding[]> {
  const url = ports.endpoints[REGION_ENDPOINTS[value.region]];
  const findings = await visit(ports, {
    vendor: 'Xiaomi',
    urls: [url],
    clockToleranceMs: null,
    ask: async (clientOf) => {
      const answer = await clientOf(url).call({ method: 'GET', path: QUOTA_PATH, headers: authorization(value) });
      if (answer.kind === 'failed') return [unreachable(url, answer.code)];
      const { status, headers, body } = answer;
      const context = { now: ports.now(), tried: new Set<string>() };
      const reading = classify({ status, body, retryAfter: headers['retry-after'] }, [''], context);
      return reading.targets.flatMap(({ outcome }) =>
        'code' in outcome && PROVING.has(outcome.code)
          ? [ok('authenticated', `Xiaomi takes the secret (${outcome.code}: asked too often)`)]
          : findingsOf('Xiaomi', outcome, adviceFor(value), PERMISSIONS),
      );
    },
  });
  return [...findings, ...rights(value)];
}

function adviceFor({ packageName, region }: XiaomiCredential): Advice {
  return {
    authenticated: `Compare appSecret with the console, and see that the app is registered in region ${region}`,
    permitted: `See in the console that ${packageName} may push, and from this address`,
  };
}

/** Chats belong to the private class, which wants an approved channel and template (xiaomi sections 3.3, 3.4 and 6). */
function rights(credential: XiaomiCredential): Finding[] {
  const chat = { purpose: 'chat', vendor: {} } as const;
  const className = quotaClassOf(chat, credential);
  if (className === 'default') {
    const advice = 'Have a channel approved in the console and name it in channelId, or in classes.chat';
    return [
      warning(
        'class_rights',
        'chats go out without a channel: one a day per device, and refused by and by (27001)',
        advice,
      ),
    ];
  }
  if (className === 'private' && channelOf(chat, credential).templateId === undefined) {
    const advice = 'Have a template approved in the console and name it in classes.chat.templateId';
    return [warning('class_rights', 'chats go out without a template, which Xiaomi asks for during 2026', advice)];
  }
  return [];
}
