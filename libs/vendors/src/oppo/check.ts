import type { Finding } from '#libs/contracts';
import { checkToken, visit, warning } from '../checkup.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { accessTokenKey, accessTokenRules } from './auth.ts';
import type { OppoCredential } from './credentials.ts';
import { CLOCK_TOLERANCE_MS } from './limits.ts';

/** Checks the credential with an access token: that OPPO gives one proves keys and clock (oppo section 2). */
export async function check({ value }: LoadedCredential<OppoCredential>, ports: SenderPorts): Promise<Finding[]> {
  const { accessTokens: store, endpoints, warn } = ports;
  const url = value.region === 'global' ? endpoints.oppoGlobal : endpoints.oppoCn;
  const findings = await visit(ports, {
    vendor: 'OPPO',
    urls: [url],
    clockToleranceMs: CLOCK_TOLERANCE_MS,
    ask: async (clientOf) =>
      await checkToken({
        vendor: 'OPPO',
        store,
        key: accessTokenKey(value),
        rules: accessTokenRules(value, clientOf(url)),
        url,
        advice: {
          authenticated:
            'Compare appKey and masterSecret with the console: the master secret, not the AppSecret; region too',
        },
        warn,
      }),
  });
  return [...findings, ...rights(value)];
}

/** Android shows nothing of a push whose channel it does not know (oppo section 3.1). */
function rights({ channelId, classes }: OppoCredential): Finding[] {
  return channelId !== undefined || classes.chat?.channelId !== undefined
    ? []
    : [
        warning(
          'class_rights',
          'chats go out without a channel, and Android 8 and later may not show them',
          "Register a channel in OPPO's console and name it in channelId",
        ),
      ];
}
