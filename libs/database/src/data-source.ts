import { DataSource } from 'typeorm';
import { App } from './entities/app.ts';
import { AppToken } from './entities/app-token.ts';
import { ConversationSetting } from './entities/conversation-setting.ts';
import { Credential } from './entities/credential.ts';
import { Device } from './entities/device.ts';
import { DeviceToken } from './entities/device-token.ts';
import { PushTemplate } from './entities/push-template.ts';
import { User } from './entities/user.ts';
import { Initial1760000000000 } from './migrations/1760000000000-initial.ts';
import { Receipts1763700000000 } from './migrations/1763700000000-receipts.ts';
import { Agora1763800000000 } from './migrations/1763800000000-agora.ts';
import { Quotas1763900000000 } from './migrations/1763900000000-quotas.ts';

/** Serialises migrations of processes that start at once. Any fixed number of ours. */
const MIGRATION_LOCK = 7_301_001;

/** The TypeORM side of the database: settings and migrations. Not connected yet. */
export function createDataSource(url: string, options: { poolSize?: number } = {}): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: [App, AppToken, ConversationSetting, Credential, Device, DeviceToken, PushTemplate, User],
    migrations: [Initial1760000000000, Receipts1763700000000, Agora1763800000000, Quotas1763900000000],
    synchronize: false,
    parseInt8: true,
    poolSize: options.poolSize ?? 8,
  });
}

/** Brings the schema up to date; safe to call from several processes at once. Returns the migrations it ran. */
export async function migrate(url: string): Promise<string[]> {
  const dataSource = await createDataSource(url, { poolSize: 2 }).initialize();
  try {
    const lock = dataSource.createQueryRunner();
    try {
      await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      const ran = await dataSource.runMigrations({ transaction: 'each' });
      return ran.map((migration) => migration.name);
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await lock.release();
    }
  } finally {
    await dataSource.destroy();
  }
}
