// `npm start`: everything in one process, on an embedded Postgres. Arguments go to the standalone app.
import path from 'node:path';
import { ensure, root } from './ensure.mjs';
import { runChild } from './run-child.mjs';

ensure();
runChild(path.join(root, 'dist/apps/standalone/src/main.js'), process.argv.slice(2));
