import { AppRepository, AppTokenRepository, createDataSource } from '#libs/database';
import { z } from 'zod';
import type { StandaloneFiles } from './files.ts';

export const DEMO_APP = { organization: 'demo', name: 'chat' } as const;

const summarySchema = z.looseObject({ token: z.string() });

/** The demo app with a token that works: made on the first start, the same one afterwards. */
export async function ensureDemoApp(databaseUrl: string, files: StandaloneFiles): Promise<string> {
  const dataSource = await createDataSource(databaseUrl, { poolSize: 1 }).initialize();
  try {
    const apps = new AppRepository(dataSource);
    const tokens = new AppTokenRepository(dataSource);
    const { organization, name } = DEMO_APP;
    const app = (await apps.find(organization, name)) ?? (await apps.create(organization, name));
    if (app === null) throw new Error('The demo app could not be made');
    const last = summarySchema.safeParse(await files.readSummary());
    if (last.success && (await tokens.find(last.data.token))?.appId === app.id) return last.data.token;
    return (await tokens.create(app.id, 'standalone')).token;
  } finally {
    await dataSource.destroy();
  }
}
