import type { AppToken } from '#libs/database';
import type { Command } from './command.ts';
import { CommandError, findApp, UsageError } from './context.ts';

const DAY_MS = 86_400_000;

/** Ten years: more is a typing error. */
const MAX_DAYS = 3_650;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function expiry(days: string | undefined, now: number): Date | null {
  if (days === undefined) return null;
  const count = /^\d{1,5}$/.test(days) ? Number(days) : 0;
  if (count < 1 || count > MAX_DAYS) throw new UsageError(`--expires-days must be a number from 1 to ${MAX_DAYS}`);
  return new Date(now + count * DAY_MS);
}

function stateOf({ revokedAt, expiresAt }: AppToken, now: number): string {
  if (revokedAt !== null) return `revoked ${revokedAt.toISOString()}`;
  if (expiresAt === null) return 'valid';
  return `${expiresAt.getTime() <= now ? 'expired' : 'valid until'} ${expiresAt.toISOString()}`;
}

export const TOKEN_COMMANDS: readonly Command[] = [
  {
    name: 'token create',
    usage: 'token create <org/app> [--label <text>] [--expires-days <n>]',
    summary: 'Create a token of an app',
    positionals: ['org/app'],
    options: { label: { type: 'string' }, 'expires-days': { type: 'string' } },
    run: async (context, [path = ''], { label = '', 'expires-days': days }) => {
      const expiresAt = expiry(days, context.now());
      if (label.length > 200) throw new UsageError('--label must have at most 200 characters');
      const app = await findApp(context, path);
      const { id, token } = await context.tokens.create(app.id, label, expiresAt);
      context.print(`id     ${id}`);
      context.print(`token  ${token}`);
      context.print('The token is shown this once; only its hash is stored.');
    },
  },
  {
    name: 'token list',
    usage: 'token list <org/app>',
    summary: 'List the tokens of an app, without the tokens themselves',
    positionals: ['org/app'],
    options: {},
    run: async (context, [path = '']) => {
      const app = await findApp(context, path);
      for (const token of await context.tokens.list(app.id)) {
        context.print(`${token.id}  ${stateOf(token, context.now())}  ${token.label}`.trimEnd());
      }
    },
  },
  {
    name: 'token revoke',
    usage: 'token revoke <id>',
    summary: 'Make a token invalid, within 5 seconds everywhere',
    positionals: ['id'],
    options: {},
    run: async (context, [id = '']) => {
      if (!UUID.test(id)) throw new UsageError(`"${id}" is no token id; "offpush token list" shows them`);
      const revoked = await context.tokens.revoke(id, new Date(context.now()));
      if (!revoked) throw new CommandError(`There is no token ${id}, or it is revoked already`);
      context.print(`revoked ${id}`);
    },
  },
];
