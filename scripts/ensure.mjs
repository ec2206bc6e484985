// Installs and builds what is missing or out of date. Plain JavaScript on Node alone: it runs before the install.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of the project. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = [20, 19];
const INSTALL_STAMP = path.join(root, 'node_modules', '.offpush-install');
const BUILD_STAMP = path.join(root, 'dist', '.offpush-build');

/** The build tools are development dependencies, which NODE_ENV=production would leave out. */
const INSTALL_OPTIONS = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];

/** What the build reads: tsconfig.build.json's folders, and the settings that shape its output. */
const SOURCE_FOLDERS = ['apps', 'libs', 'bench'];
const SOURCE_FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/** All of it, in order. */
export function ensure() {
  ensureNode();
  ensureInstalled();
  ensureBuilt();
}

export function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Offpush needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
}

/** Installs what package-lock.json names, unless node_modules was made from this very file. */
export function ensureInstalled() {
  const wanted = `${hashOf(['package-lock.json'])} ${process.platform}-${process.arch}`;
  if (readIfThere(INSTALL_STAMP) === wanted) return;
  if (installedByHand()) {
    writeFileSync(INSTALL_STAMP, wanted);
    return;
  }
  // `npm ci` refuses a lock file that lacks some optional package of another platform, which depends on the registry
  // that it was made from. `npm install` takes the same locked versions and does not mind.
  const command = npm(['ci', '--dry-run', ...INSTALL_OPTIONS], 'ignore') ? ['ci'] : ['install', '--no-save'];
  say(`Installing dependencies (npm ${command.join(' ')}); this is done once and may take a minute or two.`);
  if (!npm([...command, ...INSTALL_OPTIONS], 2)) fail('The install failed; see above.');
  writeFileSync(INSTALL_STAMP, wanted);
}

/** `npm run build`, unless dist was made from these very sources. */
export function ensureBuilt() {
  const wanted = hashOf([...SOURCE_FILES, ...SOURCE_FOLDERS.flatMap(filesBelow)]);
  if (readIfThere(BUILD_STAMP) === wanted) return;
  say('Building.');
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) fail('The build failed; see above.');
  mkdirSync(path.dirname(BUILD_STAMP), { recursive: true });
  writeFileSync(BUILD_STAMP, wanted);
}

/** Runs npm with its output going to that stream; returns whether it succeeded. */
function npm(args, output) {
  return spawnSync(...npmCommand(args), { cwd: root, stdio: ['ignore', output, output] }).status === 0;
}

/** Program and arguments that run npm; the npm that runs us, if one does. */
export function npmCommand(args) {
  const running = process.env.npm_execpath;
  if (running?.endsWith('npm-cli.js')) return [process.execPath, [running, ...args]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args];
}

/** npm writes its own record at the very end of an install: one that was broken off has none, or an older one. */
function installedByHand() {
  const record = path.join(root, 'node_modules', '.package-lock.json');
  return existsSync(record) && statSync(record).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

/** By content, so that touching files or switching branches back and forth builds nothing anew. */
function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function filesBelow(folder) {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(file);
      return entry.isFile() && !entry.name.endsWith('.test.ts') ? [file] : [];
    });
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** To stderr: stdout belongs to the program that is started. */
export function say(message) {
  process.stderr.write(`${message}\n`);
}

function fail(message) {
  say(message);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensure();
