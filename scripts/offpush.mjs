#!/usr/bin/env node
// The `offpush` command: migrations, apps, tokens and keys. Run it without arguments for the list.
import path from 'node:path';
import { ensure, root } from './ensure.mjs';
import { runChild } from './run-child.mjs';

ensure();
runChild(path.join(root, 'dist/apps/settings-api/src/cli/main.js'), process.argv.slice(2));
