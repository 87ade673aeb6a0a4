import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SOURCES } from './places';

const FOLDER = 'zh/';

/** Whether a page, a path below docs/, is there in the other language as well. */
export function isTranslated(page: string): boolean {
  const other = page.startsWith(FOLDER) ? page.slice(FOLDER.length) : FOLDER + page;
  return existsSync(join(SOURCES, other));
}
