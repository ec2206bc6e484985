import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries.ts';
import { CLUSTER, type DataPlace } from './data-place.ts';
import { runAs } from './identity.ts';
import { inspectProcess } from './processes.ts';
import { isCode } from './system-error.ts';

/** The superuser of every cluster made here. */
export const SUPERUSER = 'postgres';

/** Lies among the database's files, so that data and password are made, moved and removed together. Mode 0600. */
const PASSWORD_FILE = 'offpush.password';

/** Where a starter of that process id makes a cluster. */
const UNFINISHED = new RegExp(`^${CLUSTER}\\.new-(\\d+)-`);

/** A database cluster on disk. */
export interface Cluster {
  directory: string;
  password: string;
  /** It was there before. */
  reused: boolean;
}

/** Opens the cluster of that place, or makes it. Throws when its PostgreSQL version is not ours. */
export async function openCluster(place: DataPlace, binaries: Binaries, sync: boolean): Promise<Cluster> {
  const directory = path.join(place.directory, CLUSTER);
  const found = await readFile(path.join(directory, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (found === undefined) await createCluster(place, binaries, sync);
  else if (Number(found) !== binaries.major)
    throw new Error(versionMessage(place.directory, found.trim(), binaries.major));
  const password = await readFile(path.join(directory, PASSWORD_FILE), 'utf8');
  return { directory, password: password.trim(), reused: found !== undefined };
}

function versionMessage(directory: string, found: string, ours: number): string {
  return (
    `The database in ${directory} was made by PostgreSQL ${found}; this version carries PostgreSQL ${ours}, which ` +
    `cannot read it. Dump it with the old version and restore it here, or name another data directory.`
  );
}

/** initdb works under another name, so that a crash in the midst of it never leaves something that looks complete. */
async function createCluster({ directory, identity }: DataPlace, binaries: Binaries, sync: boolean): Promise<void> {
  await removeUnfinished(directory);
  const work = await mkdtemp(path.join(directory, `${CLUSTER}.new-${process.pid}-`));
  try {
    const cluster = path.join(work, CLUSTER);
    const passwordFile = path.join(work, 'password');
    // `wx`: a link that somebody put there is not followed.
    await writeFile(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    if (identity !== undefined) {
      await chown(passwordFile, identity.uid, identity.gid);
      await chown(work, identity.uid, identity.gid);
    }
    await runAs(identity, binaries.initdb, initdbArguments(cluster, passwordFile, sync));
    await rename(passwordFile, path.join(cluster, PASSWORD_FILE));
    await rename(cluster, path.join(directory, CLUSTER)).catch((error: unknown) => {
      // Somebody who started at the same time was faster; theirs is used.
      if (!isCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function initdbArguments(cluster: string, passwordFile: string, sync: boolean): string[] {
  return [
    `--pgdata=${cluster}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own collation: the system's may change its order, and with it break indexes, on another machine.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
    ...(sync ? [] : ['--no-sync']),
  ];
}

/** What a killed starter left; another starter may be at it just now. */
async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid !== undefined && (await inspectProcess(Number(pid))) === undefined)
      await rm(path.join(directory, name), { recursive: true, force: true });
  }
}
