import { migrate } from '#libs/database';
import { databaseUrl, execute, TEMPLATE_DATABASE } from '../../libs/testing/src/test-database.ts';

/** Makes the migrated database that every test file clones. Leaves no connection to it, which would block cloning. */
export async function prepareTemplate(serverUrl: string): Promise<void> {
  await execute(serverUrl, `CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await migrate(databaseUrl(serverUrl, TEMPLATE_DATABASE));
}
