import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root of the repository: from it this project runs, bundled or not. */
export const ROOT = findRoot(__dirname);
/** This project's folder. */
export const BENCH = join(ROOT, 'apps/bench');
/** Where its programs are built. */
export const BUILT = join(ROOT, 'dist/bench');

function findRoot(folder: string): string {
  return existsSync(join(folder, 'nx.json')) ? folder : findRoot(dirname(folder));
}
