import { createHash } from 'node:crypto';
import { chmod, lchown, lstat, mkdir, mkdtemp, readdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Identity, isRoot, runAs, systemIdentity } from './identity.ts';
import { sharedPlace } from './shared-place.ts';
import { isCode } from './system-error.ts';

/** The database files, within the data directory: initdb's work becomes visible by one rename. */
export const CLUSTER = 'cluster';

/** Where the data is, and whose. */
export interface DataPlace {
  directory: string;
  /** The user to run as; undefined: ourselves. */
  identity: Identity | undefined;
}

/**
 * Settles where the data lies. As an ordinary user: where asked. As root, the server runs as another user, so: where
 * data is already, else where asked if that user can get there, else in the shared place, under a name that follows
 * from the asked one.
 */
export async function placeData(asked: string, log: (line: string) => void): Promise<DataPlace> {
  const wanted = await resolveLinks(path.resolve(asked));
  if (!isRoot()) {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    await refuseForeign(wanted);
    return { directory: wanted, identity: undefined };
  }
  const owner = await ownerOf(wanted);
  // An ordinary user's data stays that user's, and its files are reachable for them.
  if (owner !== undefined && owner.uid !== 0 && (await hasCluster(wanted)))
    return { directory: wanted, identity: owner };

  const identity = await systemIdentity();
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const moved = path.join(await sharedPlace('data'), name);
  if (!(await hasCluster(moved)) && (await makeReachable(wanted, identity))) {
    return { directory: wanted, identity };
  }
  if (await hasCluster(wanted)) {
    throw new Error(
      `The database in ${wanted} cannot be used by root: PostgreSQL runs as another user, who cannot get there. ` +
        `Open the folders above it (chmod a+x), or start as its owner.`,
    );
  }
  log(`the user that PostgreSQL runs as cannot enter ${wanted}: the data is in ${moved}`);
  await mkdir(moved, { recursive: true });
  await giveTo(moved, identity);
  return { directory: moved, identity };
}

/** A new directory for data that nobody needs afterwards. */
export async function placeTemporaryData(): Promise<DataPlace> {
  const identity = isRoot() ? await systemIdentity() : undefined;
  const prefix = 'offpush-postgres-';
  const base =
    identity === undefined || (await canEnter(tmpdir(), identity))
      ? path.resolve(tmpdir())
      : await sharedPlace('temporary');
  const directory = await realpath(await mkdtemp(path.join(base, prefix)));
  if (identity !== undefined) await giveTo(directory, identity);
  return { directory, identity };
}

/** Makes a directory that the user owns and can get to; false, with nothing made, when the way there is closed. */
async function makeReachable(directory: string, identity: Identity): Promise<boolean> {
  if (!(await canEnter(await nearestExisting(path.dirname(directory)), identity))) return false;
  const first = await mkdir(path.dirname(directory), { recursive: true });
  if (first !== undefined) await openFrom(first, path.dirname(directory));
  try {
    await mkdir(directory);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    await refuseForeign(directory);
  }
  await giveTo(directory, identity);
  return true;
}

async function refuseForeign(directory: string): Promise<void> {
  if (await hasCluster(directory)) return;
  const foreign = (await readdir(directory)).filter((name) => !name.startsWith(`${CLUSTER}.`) && name !== 'lost+found');
  if (foreign.length > 0)
    throw new Error(`${directory} is not empty and holds no database of ours; name another data directory`);
}

/** Hands a directory of root's, and all below, to the user: data that root copied belongs to root. */
async function giveTo(directory: string, identity: Identity): Promise<void> {
  const owner = await ownerOf(directory);
  if (owner?.uid === identity.uid) return;
  if (owner?.uid !== 0) throw new Error(`${directory} belongs to another user (${owner?.uid ?? 'gone'})`);
  for (const entry of await readdir(directory, { recursive: true })) {
    await lchown(path.join(directory, entry), identity.uid, identity.gid);
  }
  await chmod(directory, 0o700);
  // The directory last: until then nobody but root can put a link in the way.
  await lchown(directory, identity.uid, identity.gid);
}

/** Lets everybody pass through the directories from `first` down to `last`, just made under an unknown umask. */
async function openFrom(first: string, last: string): Promise<void> {
  for (let directory = last; directory.startsWith(first); directory = path.dirname(directory)) {
    await chmod(directory, 0o755);
  }
}

async function canEnter(directory: string, identity: Identity): Promise<boolean> {
  return await runAs(identity, '/bin/sh', ['-c', 'cd "$1"', 'sh', directory]).then(
    () => true,
    () => false,
  );
}

async function nearestExisting(directory: string): Promise<string> {
  return (await ownerOf(directory)) === undefined ? await nearestExisting(path.dirname(directory)) : directory;
}

async function hasCluster(directory: string): Promise<boolean> {
  return (await ownerOf(path.join(directory, CLUSTER))) !== undefined;
}

async function ownerOf(file: string): Promise<Identity | undefined> {
  try {
    const { uid, gid } = await lstat(file);
    return { uid, gid };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function resolveLinks(directory: string): Promise<string> {
  return await realpath(directory).catch(() => directory);
}
