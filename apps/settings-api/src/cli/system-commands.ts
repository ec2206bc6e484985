import { migrate } from '#libs/database';
import { migrateQueue } from '#libs/queue';
import type { Command } from './command.ts';

export const SYSTEM_COMMANDS: readonly Command[] = [
  {
    name: 'migrate',
    usage: 'migrate',
    summary: 'Bring the database, and the queue on Postgres, up to date; safe to repeat',
    positionals: [],
    options: {},
    run: async ({ environment, print }) => {
      const ran = await migrate(environment.DATABASE_URL);
      await migrateQueue({ redisUrl: environment.REDIS_URL, databaseUrl: environment.DATABASE_URL });
      print(ran.length === 0 ? 'The database is up to date' : `Ran ${ran.join(', ')}`);
    },
  },
  {
    name: 'rotate-keys',
    usage: 'rotate-keys',
    summary: 'Encrypt all secrets again under the first key of SECRET_KEYS',
    positionals: [],
    options: {},
    run: async ({ credentials, logins, print }) => {
      const count = await credentials.rotateKeys();
      await logins.rotateKeys();
      print(`Encrypted ${count} ${count === 1 ? 'credential' : 'credentials'} again; older keys are no longer needed`);
    },
  },
];
