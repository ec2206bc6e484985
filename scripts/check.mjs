// `npm run check`: everything that is checked without running the program. Each check runs, whatever failed before.
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { ensureInstalled, ensureNode, npmCommand, root, say } from './ensure.mjs';

const CHECKS = ['format', 'lint', 'types', 'boundaries', 'dead'];

ensureNode();
ensureInstalled();

const results = CHECKS.map((name) => {
  say(`\n> ${name}`);
  const start = performance.now();
  const { status } = spawnSync(...npmCommand(['run', '--silent', name]), { cwd: root, stdio: ['ignore', 2, 2] });
  return { name, passed: status === 0, seconds: (performance.now() - start) / 1000 };
});

say('');
for (const { name, passed, seconds } of results) {
  say(`${passed ? 'passed' : 'FAILED'}  ${name.padEnd(10)}  ${seconds.toFixed(1)} s`);
}
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
