import { PURPOSES, type Finding } from '#libs/contracts';
import { checkToken, visit, warning } from '../checkup.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { accessTokenKey, accessTokenRules } from './auth.ts';
import type { OppoCredential } from './credentials.ts';
import { CLOCK_TOLERANCE_MS } from './limits.ts';
import { chosenClassOf } from './message-class.ts';

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

function rights(credential: OppoCredential): Finding[] {
  return [...withoutChannel(credential), ...withoutCategory(credential)];
}

/** Android shows nothing of a push whose channel it does not know (oppo section 3.1). */
function withoutChannel({ channelId, classes }: OppoCredential): Finding[] {
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

/**
 * Integrators advise to send all pushes of an app with a category or none (oppo section 6). System pushes, whose category we
 * do not know, have none by default: only what the operator has taken the category off is told.
 */
function withoutCategory(credential: OppoCredential): Finding[] {
  const purposes = PURPOSES.filter((purpose) => credential.classes[purpose]?.category === null);
  const hasOthers = PURPOSES.some((purpose) => (chosenClassOf({ purpose }, credential).category ?? null) !== null);
  return purposes.length === 0 || !hasOthers
    ? []
    : [
        warning(
          'class_rights',
          `no category goes out with ${purposes.join(', ')}, but with the others: no device should get both`,
          'Name the category that OPPO granted in classes, such as classes.system.category; or null for all purposes',
        ),
      ];
}
