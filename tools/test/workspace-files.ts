import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');

// Engines and tools write here; none of it is ours.
const FOREIGN = new Set(['.git', '.nx', 'coverage', 'dist', 'node_modules', 'out-tsc']);

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    if (FOREIGN.has(entry.name)) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    yield path;
    if (entry.isDirectory()) yield* walk(path);
  }
}

/** Every file and folder of the project, relative to its root, with forward slashes. */
export const workspacePaths: readonly string[] = [...walk('')];

export const projectFolders: readonly string[] = workspacePaths.filter(
  (path) => /^(?:apps|examples|libs)\/[^/]+$/.test(path) || path === 'tools',
);

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The parts of a project's package.json that the checks here read. */
export interface Manifest {
  name: string;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
  nx: { name: string; tags: string[]; targets?: Record<string, unknown> };
}

export const readManifest = (folder: string): Manifest => JSON.parse(readText(`${folder}/package.json`)) as Manifest;
