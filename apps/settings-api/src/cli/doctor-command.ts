import { worstOf, type Finding, type FindingVerdict } from '#libs/contracts';
import { CredentialStore, openSql, SecretBox, type App, type OpenedCredential } from '#libs/database';
import { checkCredentials } from '#libs/vendors';
import { checkPorts } from '../credentials/credential-checks.ts';
import type { Command } from './command.ts';
import { CommandError, findApp, UsageError, type CliContext } from './context.ts';

const MARKS: Readonly<Record<FindingVerdict, string>> = { ok: '✓', warning: '!', failed: '✗' };

const INDENT = '  ';

/** The findings on one credential as a table, with what to do below the lines that need it. */
function tableOf(
  app: string,
  { name, vendor, disabled }: Pick<OpenedCredential, 'name' | 'vendor' | 'disabled'>,
  findings: readonly Finding[],
): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const rows = findings.flatMap(({ check, verdict, detail, advice }) => [
    `${INDENT}${MARKS[verdict]} ${check.padEnd(width)}  ${detail}`,
    ...(advice === null ? [] : [`${INDENT}  ${' '.repeat(width)}  ${advice}`]),
  ]);
  const head = `${MARKS[worstOf(findings)]} ${app} ${name} (${vendor}${disabled ? ', disabled' : ''})`;
  return [head, ...rows];
}

/** @throws CommandError when a credential that is switched on does not work */
async function examine(context: CliContext, path: string | undefined, name: string | undefined): Promise<void> {
  if (name !== undefined && path === undefined) throw new UsageError('--credential needs an app');
  const apps = path === undefined ? await context.apps.list() : [await findApp(context, path)];
  const { environment, now } = context;
  const sql = openSql(environment.DATABASE_URL, { poolSize: 2 });
  try {
    const store = new CredentialStore(sql, new SecretBox(environment.SECRET_KEYS));
    // What warnings would say is in the findings.
    const ports = checkPorts(environment, { sql, now, warn: () => undefined });
    const counts = { checked: 0, failed: 0, failedOff: 0 };
    for (const app of apps) {
      const credentials = await credentialsOf(context, store, app, name);
      const found = new Map<OpenedCredential, readonly Finding[]>();
      await checkCredentials(
        credentials,
        () => ports,
        (credential, findings) => void found.set(credential, findings),
      );
      for (const credential of credentials) {
        const findings = found.get(credential) ?? [];
        for (const line of tableOf(`${app.organization}/${app.name}`, credential, findings)) context.print(line);
        counts.checked++;
        if (worstOf(findings) === 'failed') counts[credential.disabled ? 'failedOff' : 'failed']++;
      }
    }
    const of = `${counts.checked} ${counts.checked === 1 ? 'credential' : 'credentials'}`;
    if (counts.failed > 0) throw new CommandError(`${counts.failed} of ${of} will not work`);
    if (counts.failedOff > 0) context.print(`${counts.failedOff} of ${of} will not work when switched on`);
    else context.print(counts.checked === 0 ? 'There are no credentials' : `Nothing is wrong with ${of}`);
  } finally {
    await sql.close();
  }
}

async function credentialsOf(
  { credentials }: CliContext,
  store: CredentialStore,
  app: App,
  name: string | undefined,
): Promise<OpenedCredential[]> {
  const listed = await credentials.list(app.id);
  const wanted = name === undefined ? listed : listed.filter((credential) => credential.name === name);
  if (name !== undefined && wanted.length === 0) {
    throw new CommandError(`${app.organization}/${app.name} has no credential ${name}`);
  }
  const opened = await store.open(
    app.id,
    wanted.map(({ id }) => id),
  );
  const byId = new Map(opened.map((credential) => [credential.id, credential]));
  return wanted.flatMap(({ id }) => byId.get(id) ?? []);
}

export const DOCTOR_COMMANDS: readonly Command[] = [
  {
    name: 'doctor',
    usage: 'doctor [org/app] [--credential <name>]',
    summary: 'Check credentials with their vendors, without a push; of all apps when none is named',
    positionals: [],
    optional: 'org/app',
    options: { credential: { type: 'string' } },
    run: async (context, [path], { credential }) => await examine(context, path, credential),
  },
];
