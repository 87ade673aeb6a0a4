import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The command as the image has it. */
export const MAIN = resolve(__dirname, '../../../dist/apps/cli/main.cjs');

if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run "npx nx build cli"`);
