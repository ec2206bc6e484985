import type { Finding } from '#libs/contracts';
import { checkToken, visit, warning } from '../checkup.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { accessTokenKey, accessTokenRules, ThriftyTokens } from './auth.ts';
import type { VivoCredential } from './credentials.ts';
import { CLOCK_TOLERANCE_MS } from './limits.ts';

/** Checks the credential with an access token: that vivo gives one proves keys and clock (vivo section 2). */
export async function check({ value }: LoadedCredential<VivoCredential>, ports: SenderPorts): Promise<Finding[]> {
  const { accessTokens, endpoints, now, warn } = ports;
  const url = endpoints.vivo;
  const findings = await visit(ports, {
    vendor: 'vivo',
    urls: [url],
    clockToleranceMs: CLOCK_TOLERANCE_MS,
    ask: async (clientOf) =>
      await checkToken({
        vendor: 'vivo',
        store: new ThriftyTokens(accessTokens, now),
        key: accessTokenKey(value),
        rules: accessTokenRules(value, clientOf(url)),
        url,
        advice: { authenticated: 'Compare appId, appKey and appSecret with the console' },
        warn,
      }),
  });
  return [...findings, ...rights(value)];
}

/** An app in review can push in test mode only, to the devices that the console names (vivo section 3.1). */
function rights({ testMode }: VivoCredential): Finding[] {
  return testMode
    ? [
        warning(
          'permitted',
          'test mode: only the test devices of the console get pushes',
          'Set testMode to false once vivo has approved the app',
        ),
      ]
    : [];
}
