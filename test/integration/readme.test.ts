import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { environmentSchema } from '#libs/config';
import { METRICS } from '#libs/observability';
import { createTestDatabase, waitFor, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { COMMANDS } from '../../apps/settings-api/src/cli/run-cli.ts';
import { runDemo } from '../../apps/standalone/src/demo/demo.ts';
import { StandaloneFiles } from '../../apps/standalone/src/files.ts';
import { startStandalone, type Standalone } from '../../apps/standalone/src/standalone.ts';

const PAGES = ['README.md', 'CONTRIBUTING.md', 'changelog.d/README.md', ...pagesBelow('docs')];

const README = read('README.md');
const ARCHITECTURE = read('docs/architecture.md');
const OPERATIONS = read('docs/operations.md');

function pagesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.posix.join(folder, file));
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

/** What the first group of the pattern finds, each once. */
function found(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].flatMap(([, group]) => (group === undefined ? [] : [group])))];
}

/** The code blocks of that language. */
function blocks(text: string, language: string): string[] {
  return found(text, new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'));
}

/** Names by which a page's headings are linked to. */
function anchorsOf(page: string): string[] {
  return found(read(page), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('links to files and headings that exist', () => {
    const links = found(text, /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : path.join(path.dirname(page), file);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('names npm scripts, commands and built programs that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...found(text, /npm run (?:--silent )?([\w:-]+)/g), ...found(text, /npm (start|test)\b/g)];
    expect(named.filter((name) => !(name in scripts))).toEqual([]);

    const commands = found(text, /(?:npx |`|cli\/main\.js )offpush ([a-z][a-z -]*[a-z])/g);
    const known = (command: string): boolean => COMMANDS.some(({ name }) => `${command} `.startsWith(`${name} `));
    const topics = COMMANDS.map(({ name }) => name.split(' ', 1)[0]);
    expect(commands.filter((command) => !known(command) && !topics.includes(command) && command !== 'help')).toEqual(
      [],
    );

    const programs = found(text, /node (dist\/[\w./-]+\.js)/g);
    const sourceOf = (program: string): string => program.replace(/^dist\//, '').replace(/\.js$/, '.ts');
    expect(programs.filter((program) => !existsSync(sourceOf(program)))).toEqual([]);
  });
});

describe('README.md', () => {
  const tree = blocks(README, '').find((block) => block.startsWith('apps/')) ?? '';

  it.each(['apps', 'libs'])('lists every folder of %s, and no other', (folder) => {
    const section = new RegExp(`^${folder}/.*\\n((?: .*\\n)*)`, 'm').exec(tree)?.[1] ?? '';
    expect(found(section, /^ {2}([\w-]+)\//gm).toSorted()).toEqual(readdirSync(folder).toSorted());
  });

  it('lists every page below docs under Documentation, vendors apart', () => {
    const table = README.split('## Documentation')[1] ?? '';
    const listed = found(table, /\]\((docs\/[^)#]+)\)/g);
    expect(listed.toSorted()).toEqual(
      pagesBelow('docs')
        .filter((page) => !page.includes('/vendors/'))
        .toSorted(),
    );
  });

  it('lists every vendor that has a page', () => {
    expect(found(README, /\]\((docs\/vendors\/[^)]+)\)/g).toSorted()).toEqual(pagesBelow('docs/vendors').toSorted());
  });
});

describe.each([
  ['docs/architecture.md', ARCHITECTURE],
  ['docs/operations.md', OPERATIONS],
])('%s', (_page, text) => {
  it('names paths that exist', () => {
    const paths = found(text, /`((?:apps|libs|test|bench|docs|scripts)\/[\w./-]+)`/g);
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((named) => !existsSync(named))).toEqual([]);
  });

  it('names variables and metrics that exist', () => {
    const constants = found(text, /`([A-Z_]+)` in `/g);
    const foreign = ['POST', 'GET', 'PUT', 'INSERT', 'SECRET_KEYS'];
    const variables = found(text, /`([A-Z][A-Z_]{2,})`/g).filter((name) => ![...constants, ...foreign].includes(name));
    expect(variables.filter((name) => !(name in environmentSchema.shape))).toEqual([]);
    const metrics = Object.values(METRICS).map(({ name }) => name as string);
    expect(found(text, /`(offpush_\w+)/g).filter((name) => !metrics.includes(name))).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  const limits = OPERATIONS.split('\n').flatMap((line) => {
    const row = /^\| (.+?) +\| ([\d,]+)\b.*\| `(\w+)` in `(.+?)`/.exec(line);
    return row === null ? [] : [row.slice(1)];
  });

  it.each(limits)('gives the limit of the code: %s', (_limit, value = '', constant = '', file = '') => {
    const [inCode = ''] = found(read(file), new RegExp(`^(?:export )?const ${constant} = ([\\d_]+);`, 'gm'));
    expect(inCode.replaceAll('_', '')).toBe(value.replaceAll(',', ''));
  });

  it('has such limits', () => {
    expect(limits.length).toBeGreaterThan(15);
  });

  it('names constants that are in the file that it names', () => {
    const named = found(OPERATIONS, /(`[A-Z_]+` in `[\w./-]+`)/g).map((text) => text.replaceAll('`', '').split(' in '));
    const isThere = ([constant = '', file = '']: string[]): boolean => read(file).includes(`const ${constant} = `);
    expect(named.filter((one) => !isThere(one))).toEqual([]);
  });
});

describe('what the pages tell to run', () => {
  let database: TestDatabase;
  let directory: string;
  let standalone: Standalone;

  beforeAll(async () => {
    database = await createTestDatabase();
    directory = mkdtempSync(path.join(tmpdir(), 'offpush-readme-'));
    process.env['DATABASE_URL'] = database.url;
    delete process.env['REDIS_URL'];
    standalone = await startStandalone(new StandaloneFiles(path.join(directory, '.offpush')), () => undefined);
  }, 60_000);

  afterAll(async () => {
    await standalone.close();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  /** A `curl` call of the README, on the ports and with the token of this run. */
  async function curl(command: string, token: string): Promise<string> {
    const { api, simulator } = standalone.summary;
    const [url = ''] = found(command, /curl -s (\S+)/g);
    const [body] = found(command, /-d '([^']+)'/g);
    const here = url.replace('http://127.0.0.1:3000', api).replace('http://127.0.0.1:3010', simulator['control'] ?? '');
    const response = await fetch(here, {
      headers: command.includes('Bearer $TOKEN') ? { authorization: `Bearer ${token}` } : {},
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    if (!response.ok) throw new Error(`${here} answered ${response.status}`);
    return await response.text();
  }

  it('works as the README says: the demo, a message, its story, the phones', async () => {
    const { api, organization, app, token, simulator } = standalone.summary;
    const targets = { app: `${api}/${organization}/${app}`, token, control: simulator['control'] ?? '' };
    expect(await runDemo({ ...targets, say: () => undefined })).toEqual([]);

    const block = blocks(README, 'sh').find((text) => text.includes('TOKEN=')) ?? '';
    const [expression = ''] = found(block, /^TOKEN=\$\(node -p "(.+)"\)$/gm);
    const printed = execFileSync(process.execPath, ['-p', expression], { cwd: directory, encoding: 'utf8' }).trim();
    expect(printed).toBe(token);

    const [send = '', story = '', shown = '', ...others] = found(block, /^(curl (?:.*\\\n)*.*)$/gm);
    expect(others).toEqual([]);
    expect(JSON.parse(await curl(send, printed))).toMatchObject({ data: { id: 'hello-1', accepted: true } });
    const explained = await waitFor(
      async () => {
        const { data } = JSON.parse(await curl(story, printed)) as { data: { state: string; receivers: unknown } };
        return data.state === 'done' ? data : null;
      },
      { what: 'the message to be pushed' },
    );
    expect(explained.receivers).toMatchObject([
      { receiver: 'ana', decision: 'send', devices: [{ outcome: 'accepted' }] },
      { receiver: 'finn', decision: 'suppress', reason: 'foreground' },
    ]);
    const phones = JSON.parse(await curl(shown, printed)) as { notifications: { body: string }[] };
    expect(phones.notifications.at(-1)).toMatchObject({ body: 'Lin: Lunch?' });
  }, 60_000);

  it('runs the producer of the README', () => {
    const [code = ''] = blocks(README, 'js');
    const producer = pathToFileURL(path.resolve('dist/libs/producer/src/index.js')).href;
    const program = path.join(directory, 'chat-server.mjs');
    writeFileSync(
      program,
      `${code
        .replace(/'[^']*dist\/libs\/producer\/src\/index\.js'/, `'${producer}'`)
        .replace("'acme/chat'", "'demo/chat'")}\nconsole.log(id, duplicate);\n`,
    );
    const env = { PATH: process.env['PATH'], DATABASE_URL: database.url };
    const run = (): string => execFileSync(process.execPath, [program], { env, encoding: 'utf8' });
    expect([run(), run()]).toEqual(['m-1 false\n', 'm-1 true\n']);
  }, 60_000);

  it('runs the queries of docs/operations.md', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      const queries = blocks(OPERATIONS, 'sql');
      expect(queries).toHaveLength(2);
      for (const query of queries) await client.query(query);
    } finally {
      await client.end();
    }
  });
});
