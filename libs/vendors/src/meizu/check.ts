import type { Finding, Target } from '#libs/contracts';
import { findingsOf, unreachable, visit, type Advice } from '../checkup.ts';
import { nextShanghaiMidnight } from '../shanghai-midnight.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { signedForm } from './auth.ts';
import { classify } from './classify.ts';
import type { MeizuCredential } from './credentials.ts';
import { ENDPOINT_OF } from './send.ts';

/** The daily statistics: signed as a push is, and pushes nothing (meizu section 3). */
const STATISTICS_PATH = '/garcia/api/server/push/statistics/dailyPushStatics';

/** Codes that refuse the app, not its signature (meizu section 5.1). */
const PERMISSIONS: ReadonlySet<string> = new Set(['110009', '110031']);

const NO_DEVICE: Target = { receiver: '', deviceId: '', tokenId: 0, token: '', badge: null, registeredAt: 0 };

/** Checks the credential with a query of the day's statistics. */
export async function check({ value }: LoadedCredential<MeizuCredential>, ports: SenderPorts): Promise<Finding[]> {
  const url = ports.endpoints[ENDPOINT_OF[value.region]];
  return await visit(ports, {
    vendor: 'Meizu',
    urls: [url],
    clockToleranceMs: null,
    ask: async (clientOf) => {
      const path = `${STATISTICS_PATH}?${queryFor(value, ports.now())}`;
      const answer = await clientOf(url).call({ method: 'GET', path, headers: {} });
      if (answer.kind === 'failed') return [unreachable(url, answer.code)];
      const { targets } = classify(answer, [NO_DEVICE], ports.now());
      return targets.flatMap(({ outcome }) => findingsOf('Meizu', outcome, adviceFor(value), PERMISSIONS));
    },
  });
}

/** Of today, by the calendar of Meizu's country. */
function queryFor({ appId, appSecret }: MeizuCredential, now: number): string {
  // The last moment of the day in Shanghai is the afternoon of the same date in UTC.
  const today = new Date(nextShanghaiMidnight(now) - 1).toISOString().slice(0, 10).replaceAll('-', '');
  return signedForm({ appId, startTime: today, endTime: today }, appSecret);
}

function adviceFor({ region }: MeizuCredential): Advice {
  return {
    authenticated: `Compare appId and appSecret with the console, and see that the app is registered in region ${region}`,
    permitted: 'See in the console that the app may push',
  };
}
