import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty directory in the system's temporary folder; its name begins with `tetracast-<name>-`. */
export function createTempDir(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `tetracast-${name}-`));
}

export async function removeDir(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}
