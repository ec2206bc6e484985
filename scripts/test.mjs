// `npm test`: installs and builds if need be, then runs jest. Arguments go to jest: npm test -- libs/rules
import { spawn } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { ensure, root } from './ensure.mjs';

ensure();

const child = spawn(
  process.execPath,
  [
    // Flags, not NODE_OPTIONS: jest's workers inherit them, but the programs that tests start must not.
    // Nest 12 is ESM only, and jest runs ESM behind this flag.
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    // Jest loads the global setup with Node's own loader; with this it takes our libraries' sources, as the tests do.
    '--conditions=source',
    fileURLToPath(import.meta.resolve('jest/bin/jest')),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);

// The terminal sends Ctrl-C to jest as well; this process only waits for it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? 128 + os.constants.signals[signal]));
