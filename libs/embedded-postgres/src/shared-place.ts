import { chmod, lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isCode } from './system-error.ts';

/**
 * Where binaries and data go when root runs us from a folder that the server's user cannot enter (such as /root).
 * /var/lib belongs to root, so unlike in /var/tmp nobody else can have put something there under our name.
 */
const SHARED_ROOT = '/var/lib/offpush';

const OTHERS_MAY_WRITE = 0o022;

/** A directory below the shared place, made if missing. For root only. Throws when others could tamper with it. */
export async function sharedPlace(name: string): Promise<string> {
  const directory = path.join(SHARED_ROOT, name);
  await makeTrusted(SHARED_ROOT);
  await makeTrusted(directory);
  return directory;
}

/** Throws unless it is a real directory of root's, in which nobody else can write. */
export async function requireTrusted(directory: string): Promise<void> {
  const info = await lstat(directory);
  if (!info.isDirectory() || info.uid !== 0 || (info.mode & OTHERS_MAY_WRITE) !== 0) {
    throw new Error(
      `${directory} is not used: it must be a directory that belongs to root and that only root can write`,
    );
  }
}

async function makeTrusted(directory: string): Promise<void> {
  try {
    await mkdir(directory);
    // Not by mkdir's mode, from which the umask takes bits away.
    await chmod(directory, 0o755);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    await requireTrusted(directory);
  }
}
