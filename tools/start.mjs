/** `npm start`: from a fresh clone to a running standalone, in this very process, so that signals and exit code are its own. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { installDependencies, requireNode, ROOT } from './checkout.mjs';
import { endWithNpm } from './npm-parent.mjs';

requireNode();
installDependencies();
execFileSync(process.execPath, [join(ROOT, 'tools/bundle.mjs'), 'standalone'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
endWithNpm();
process.setSourceMapsEnabled(true);
// The faults of the lab page, which are for the machine of a developer alone: apps/standalone/README.md.
process.argv.push('--faults');
await import(pathToFileURL(join(ROOT, 'dist/apps/standalone/main.cjs')).href);
