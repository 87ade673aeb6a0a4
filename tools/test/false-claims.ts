import { posix } from 'node:path';

import { projectFolders, readManifest, workspacePaths } from './workspace-files';

// Written by a build, so named in documents but absent from a fresh clone.
const GENERATED = /^dist(?:\/|$)/;

const known = new Set(workspacePaths);
const scripts = readManifest('.').scripts ?? {};
const projects = new Map(projectFolders.map((folder) => [readManifest(folder).nx.name, folder]));

/** `<name>` and `*` stand for any one name, `{a,b}` for either; a trailing `/` or `:line` says nothing more. */
function exists(path: string): boolean {
  const clean = path.replace(/:\d+$/, '').replace(/\/$/, '');
  if (clean === '' || known.has(clean) || GENERATED.test(clean)) return true;
  if (!/[*<{…]/.test(clean)) return false;
  const pattern = clean
    .replace(/[.+?^$()[\]\\|]/g, '\\$&')
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(?:${names.replaceAll(',', '|')})`)
    .replace(/<[^>]*>|\*+|…/g, '[^/]*');
  return workspacePaths.some((candidate) => new RegExp(`^${pattern}$`).test(candidate));
}

function hasTarget(target: string, project: string): boolean {
  const folder = projects.get(project);
  if (folder === undefined) return false;
  return ['lint', 'typecheck', 'test'].includes(target) || target in (readManifest(folder).nx.targets ?? {});
}

function* falseLinks(text: string, folder: string): Generator<string> {
  const prose = text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)) {
    const [path = ''] = target.split('#');
    if (!/^[a-z]+:/.test(target) && path !== '' && !exists(posix.join(folder, path))) yield `link ${target}`;
  }
}

function* falsePaths(text: string): Generator<string> {
  for (const [, path = ''] of text.matchAll(/`((?:apps|examples|libs|docs|tools|\.ci)\/[^`\s]*)`/g)) {
    if (!exists(path)) yield `path ${path}`;
  }
  for (const [, path = ''] of text.matchAll(/\b(?:node|sh|bash) ((?:apps|examples|libs|tools|\.ci)\/[\w./-]+)/g)) {
    if (!exists(path)) yield `path ${path}`;
  }
}

function* falseCommands(text: string): Generator<string> {
  for (const [, script = ''] of text.matchAll(/\bnpm run ([\w:-]+)/g)) {
    if (!(script in scripts)) yield `npm run ${script}`;
  }
  for (const [, target = '', project = ''] of text.matchAll(
    /\bnx (?!run\b|show\b|run-many\b)([a-z][\w-]*) ([a-z][\w-]*)/g,
  )) {
    if (!hasTarget(target, project)) yield `nx ${target} ${project}`;
  }
  for (const [, project = '', target = ''] of text.matchAll(/\bnx run ([\w-]+):([\w-]+)/g)) {
    if (!hasTarget(target, project)) yield `nx run ${project}:${target}`;
  }
}

/**
 * What a Markdown file says about this repository and is not so: relative links, back-quoted paths, npm scripts and Nx
 * targets.
 *
 * @param folder where the file lies, relative to the root
 */
export function falseClaims(text: string, folder: string): string[] {
  return [...falseLinks(text, folder), ...falsePaths(text), ...falseCommands(text)];
}
