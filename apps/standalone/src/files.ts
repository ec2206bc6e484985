import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const KEY_BYTES = 32;

/** Files of a standalone installation. All are readable by their owner alone: they hold keys and tokens. */
export class StandaloneFiles {
  constructor(readonly directory: string) {}

  get database(): string {
    return join(this.directory, 'postgres');
  }

  get summary(): string {
    return join(this.directory, 'standalone.json');
  }

  get simulatorCa(): string {
    return join(this.directory, 'simulator-ca.pem');
  }

  async prepare(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
  }

  /** The installation's encryption keys, made on the first start. */
  async secretKeys(): Promise<string> {
    const path = join(this.directory, 'secret-keys');
    const existing = await readOrNull(path);
    if (existing !== null) return existing.trim();
    const keys = `k1:${randomBytes(KEY_BYTES).toString('base64')}`;
    await this.write(path, `${keys}\n`);
    return keys;
  }

  /** What the last start wrote to `standalone.json`; null when there is nothing readable. */
  async readSummary(): Promise<unknown> {
    const text = await readOrNull(this.summary);
    try {
      return text === null ? null : (JSON.parse(text) as unknown);
    } catch {
      return null;
    }
  }

  /** Writes a file whole or not at all. */
  async write(path: string, content: string): Promise<void> {
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, content, { mode: 0o600 });
    await rename(temporary, path);
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
