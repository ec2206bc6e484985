import { rateLimitsOf, rateLimitsSchema } from '../limits/rate-groups.ts';
import type { Command } from './command.ts';
import { CommandError, findApp, UsageError, type CliContext } from './context.ts';

/** Both as Agora's console shows them (Agora contract section 1.3.2). */
const AGORA_ID = /^[0-9a-f]{32}$/i;

async function setAgora(context: CliContext, path: string, appId: string, certificate: string): Promise<void> {
  for (const text of [appId, certificate]) {
    if (!AGORA_ID.test(text)) throw new UsageError('--agora-app-id and --agora-certificate are 32 hexadecimal digits');
  }
  const app = await findApp(context, path);
  if (!(await context.logins.setAgora(app.id, appId, certificate))) {
    throw new CommandError(`Another app has the Agora App ID ${appId}`);
  }
  context.print(`agora app id   ${appId}`);
  context.print('Its certificate is stored encrypted; tokens that start with 007 are accepted within 5 seconds.');
}

async function renewClient(context: CliContext, path: string): Promise<void> {
  const app = await findApp(context, path);
  const { clientId, clientSecret } = await context.logins.renewClient(app);
  context.print(`client id      ${clientId}`);
  context.print(`client secret  ${clientSecret}`);
  context.print('The secret is shown this once; only its hash is stored. An earlier one gives no more tokens.');
}

/** How the servers and users of an app log in, and how often they may call. */
export const LOGIN_COMMANDS: readonly Command[] = [
  {
    name: 'app client',
    usage: 'app client <org/app> [--agora-app-id <id> --agora-certificate <certificate>]',
    summary: 'Make a client secret for POST token; with both options, accept tokens signed with an Agora certificate',
    positionals: ['org/app'],
    options: { 'agora-app-id': { type: 'string' }, 'agora-certificate': { type: 'string' } },
    run: async (context, [path = ''], { 'agora-app-id': appId, 'agora-certificate': certificate }) => {
      if ((appId === undefined) !== (certificate === undefined)) {
        throw new UsageError('--agora-app-id and --agora-certificate go together');
      }
      if (appId !== undefined && certificate !== undefined) await setAgora(context, path, appId, certificate);
      // A client that works is not renewed by the way.
      const { clientId } = await findApp(context, path);
      if (appId === undefined || clientId === null) await renewClient(context, path);
    },
  },
  {
    name: 'app limits',
    usage: "app limits <org/app> ['{...}']",
    summary: 'Replace the rate limits of an app where they differ from the defaults, or show them all',
    positionals: ['org/app'],
    optional: 'limits',
    options: {},
    run: async (context, [path = '', limits]) => {
      const app = await findApp(context, path);
      if (limits !== undefined) {
        app.rateLimits = readRateLimits(limits);
        await context.apps.setRateLimits(app.id, app.rateLimits);
      }
      context.print(JSON.stringify(rateLimitsOf(app.rateLimits), null, 2));
    },
  },
];

/** What the operator sets of the limits: checked. */
function readRateLimits(text: string): Record<string, number | null> {
  const refuse = (reason: string): UsageError =>
    new UsageError(`The limits are not usable: ${reason}; an example: '{"users":500,"*":null}'`);
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw refuse('they are not JSON');
  }
  const limits = rateLimitsSchema.safeParse(given);
  if (limits.success) return limits.data;
  const [issue] = limits.error.issues;
  throw refuse([issue?.path.join('.'), issue?.message].filter((part) => part).join(': '));
}
