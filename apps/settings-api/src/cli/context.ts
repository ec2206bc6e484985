import type { Environment } from '#libs/config';
import {
  AppLoginRepository,
  AppRepository,
  AppTokenRepository,
  createDataSource,
  CredentialRepository,
  CredentialStore,
  FeatureRepository,
  openSql,
  QuotaReportStore,
  SecretBox,
  type App,
} from '#libs/database';
import { appPathSchema } from '../apps/app-name.ts';
import { QuotaReport } from '../quotas/quota-report.ts';

/** What commands work on. */
export interface CliContext {
  environment: Environment;
  apps: AppRepository;
  tokens: AppTokenRepository;
  logins: AppLoginRepository;
  credentials: CredentialRepository;
  features: FeatureRepository;
  quotas: QuotaReport;
  now: () => number;
  print: (line: string) => void;
}

/** The command was called in a way that it does not understand. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** The command was understood and could not be carried out; the message says what the operator can do. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandError';
  }
}

/** Runs `work` with database connections of its own. */
export async function withContext<Result>(
  ports: Pick<CliContext, 'environment' | 'now' | 'print'>,
  work: (context: CliContext) => Promise<Result>,
): Promise<Result> {
  const dataSource = await createDataSource(ports.environment.DATABASE_URL, { poolSize: 2 }).initialize();
  const sql = openSql(ports.environment.DATABASE_URL, { poolSize: 2 });
  const secretBox = new SecretBox(ports.environment.SECRET_KEYS);
  const credentials = new CredentialRepository(dataSource, secretBox);
  try {
    return await work({
      ...ports,
      apps: new AppRepository(dataSource),
      tokens: new AppTokenRepository(dataSource),
      logins: new AppLoginRepository(dataSource, secretBox),
      features: new FeatureRepository(dataSource),
      credentials,
      quotas: new QuotaReport(credentials, new CredentialStore(sql, secretBox), new QuotaReportStore(sql)),
    });
  } finally {
    await sql.close();
    await dataSource.destroy();
  }
}

/** Reads `<organization>/<application>`. */
export function readAppPath(text: string): { organization: string; name: string } {
  const path = appPathSchema.safeParse(text);
  if (!path.success) throw new UsageError(`"${text}": ${path.error.issues[0]?.message ?? 'is no app'}`);
  return path.data;
}

/** The app that an argument names. */
export async function findApp(context: CliContext, text: string): Promise<App> {
  const { organization, name } = readAppPath(text);
  const app = await context.apps.find(organization, name);
  if (app === null) throw new CommandError(`There is no app ${text}; "offpush app list" shows those there are`);
  return app;
}
