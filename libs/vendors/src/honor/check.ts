import type { Finding } from '#libs/contracts';
import { checkToken, failed, visit, warning } from '../checkup.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { accessTokenKey, accessTokenRules } from './auth.ts';
import type { HonorCredential } from './credentials.ts';

/** Checks the credential with an access token: HONOR knows no other call that pushes nothing (honor section 3.3). */
export async function check({ value }: LoadedCredential<HonorCredential>, ports: SenderPorts): Promise<Finding[]> {
  const { accessTokens: store, endpoints, warn } = ports;
  const url = endpoints.honorToken;
  const findings = await visit(ports, {
    vendor: 'HONOR',
    urls: [url, endpoints.honor],
    // The drift that `timestamp` may have is not known (honor section 2.2).
    clockToleranceMs: null,
    ask: async (clientOf) =>
      await checkToken({
        vendor: 'HONOR',
        store,
        key: accessTokenKey(value),
        rules: accessTokenRules(value, clientOf(url)),
        url,
        advice: { authenticated: 'Compare clientId and clientSecret with the console; clientId is not the appId' },
        warn,
      }),
  });
  return [...findings, appFinding(value), ...rights(value)];
}

/** The three values of the console all differ, and mixing them up is the common mistake (honor section 1). */
function appFinding({ appId, clientId }: HonorCredential): Finding {
  return appId === clientId
    ? failed('permitted', 'appId and clientId are the same', 'Take both from the console: they are two values')
    : warning('permitted', 'appId cannot be checked without a push', 'Wait for what the first push is told');
}

function rights({ hasClassificationRight }: HonorCredential): Finding[] {
  return hasClassificationRight
    ? []
    : [
        warning(
          'class_rights',
          'no self-classification right: everything goes out as marketing, silent and two a day per device',
          'Apply for the right in the console, then set hasClassificationRight to true',
        ),
      ];
}
