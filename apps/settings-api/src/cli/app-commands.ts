import { policySchema } from '#libs/contracts';
import { policyOf } from '#libs/database';
import { isTimeZone } from '#libs/rules';
import type { Command } from './command.ts';
import { CommandError, findApp, readAppPath, UsageError, type CliContext } from './context.ts';

/** What the operator sets of a policy: checked, and without the defaults of what is left open. */
function readPolicy(text: string): Record<string, unknown> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new UsageError('The policy is not JSON; put it in single quotes, as in \'{"dialect":"tencent"}\'');
  }
  const policy = policySchema.safeParse(given);
  if (!policy.success) {
    const [issue] = policy.error.issues;
    const field = issue?.path.join('.') ?? '';
    throw new UsageError(`The policy is not usable: ${field === '' ? '' : `${field}: `}${issue?.message ?? ''}`);
  }
  if (!isTimeZone(policy.data.timeZone)) {
    throw new UsageError(`The policy is not usable: timeZone: "${policy.data.timeZone}" is no IANA time zone`);
  }
  return given as Record<string, unknown>;
}

async function createApp(context: CliContext, path: string, policy: string | undefined): Promise<void> {
  const { organization, name } = readAppPath(path);
  const app = await context.apps.create(organization, name, policy === undefined ? {} : readPolicy(policy));
  if (app === null) throw new CommandError(`The app ${path} exists already; "offpush token create" gives it a token`);
  const { token } = await context.tokens.create(app.id, 'first');
  context.print(`app    ${path}`);
  context.print(`uuid   ${app.uuid}`);
  context.print(`token  ${token}`);
  context.print('The token is shown this once; only its hash is stored.');
}

export const APP_COMMANDS: readonly Command[] = [
  {
    name: 'app create',
    usage: "app create <org/app> [--policy '{...}']",
    summary: 'Create an app and its first token',
    positionals: ['org/app'],
    options: { policy: { type: 'string' } },
    run: async (context, [path = ''], { policy }) => await createApp(context, path, policy),
  },
  {
    name: 'app list',
    usage: 'app list',
    summary: 'List all apps',
    positionals: [],
    options: {},
    run: async (context) => {
      for (const { organization, name, uuid, createdAt } of await context.apps.list()) {
        context.print(`${organization}/${name}  ${uuid}  ${createdAt.toISOString()}`);
      }
    },
  },
  {
    name: 'app policy',
    usage: "app policy <org/app> ['{...}']",
    summary: 'Replace the policy of an app, or show it with all defaults',
    positionals: ['org/app'],
    optional: 'policy',
    options: {},
    run: async (context, [path = '', policy]) => {
      const app = await findApp(context, path);
      if (policy !== undefined) {
        app.policy = readPolicy(policy);
        await context.apps.setPolicy(app.id, app.policy);
      }
      context.print(JSON.stringify(policyOf(app), null, 2));
    },
  },
];
