#!/usr/bin/env node
/** `npm run tetracast -- <command>`, and `npx tetracast <command>`: the command line from a clone, in this very process. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { installDependencies, requireNode, ROOT } from './checkout.mjs';
import { endWithNpm } from './npm-parent.mjs';

requireNode();
installDependencies();
execFileSync(process.execPath, [join(ROOT, 'tools/bundle.mjs'), 'cli'], { stdio: ['ignore', 'ignore', 'inherit'] });
endWithNpm();
process.setSourceMapsEnabled(true);
await import(pathToFileURL(join(ROOT, 'dist/apps/cli/main.cjs')).href);
