import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The system user that PostgreSQL runs as when we are root, which it refuses to run as. */
const SYSTEM_USER = 'postgres';

/** The user whom the server and its files belong to. */
export interface Identity {
  uid: number;
  gid: number;
}

/**
 * The whole environment of every program started here: PG* and LD_* of ours must not reach the server, the C locale
 * keeps its messages in English, and on macOS the server needs some LC_ALL to start.
 */
export const CHILD_ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Runs a program to its end as that user (undefined: as ourselves); rejects unless it exits with 0. */
export async function runAs(
  identity: Identity | undefined,
  program: string,
  args: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  // Our own working directory may be closed to that user.
  return await run(program, args, { ...identity, cwd: '/', env: CHILD_ENVIRONMENT });
}

/** The user to run as when we are root; created if the system has none. */
export async function systemIdentity(): Promise<Identity> {
  const found = await lookUp();
  if (found !== undefined) return found;
  for (const [program, args] of USER_MAKERS) {
    await runAs(undefined, program, args).catch(() => undefined);
    const made = await lookUp();
    if (made !== undefined) return made;
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and the user "${SYSTEM_USER}" could not be created. ` +
      `Create it, start as an ordinary user, or set DATABASE_URL to a server of yours.`,
  );
}

/** shadow-utils (with and without an existing group of that name), then BusyBox. */
const USER_MAKERS: readonly (readonly [string, readonly string[]])[] = [
  ['useradd', [...shadowOptions(), '--user-group', SYSTEM_USER]],
  ['useradd', [...shadowOptions(), '--gid', SYSTEM_USER, SYSTEM_USER]],
  ['adduser', ['-S', '-D', '-H', '-h', '/nonexistent', '-s', '/sbin/nologin', SYSTEM_USER]],
];

function shadowOptions(): string[] {
  return ['--system', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
}

async function lookUp(): Promise<Identity | undefined> {
  try {
    const [uid, gid] = await Promise.all([
      runAs(undefined, 'id', ['-u', SYSTEM_USER]),
      runAs(undefined, 'id', ['-g', SYSTEM_USER]),
    ]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
