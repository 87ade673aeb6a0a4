import { posix } from 'node:path';

import { projectFolders, readManifest, readText, workspacePaths } from './workspace-files';

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

/** What a link into a document may name: its headings, as GitHub makes them anchors, and `<a id="…">`. */
function anchorsIn(text: string): Set<string> {
  const headings = [...text.replace(/^```[^]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)]);
}

function* falseLinks(text: string, folder: string): Generator<string> {
  const prose = text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [relative = '', anchor] = target.split('#');
    const path = posix.join(folder, relative);
    if (relative !== '' && !exists(path)) yield `link ${target}`;
    else if (anchor !== undefined && (relative === '' || path.endsWith('.md'))) {
      if (!anchorsIn(relative === '' ? text : readText(path)).has(anchor)) yield `anchor ${target}`;
    }
  }
}

/** Files that a project's README names without their path: anywhere in the project. */
function* falseFiles(text: string, folder: string): Generator<string> {
  if (!projectFolders.includes(folder)) return;
  const own = workspacePaths.filter((path) => path.startsWith(`${folder}/`));
  // A link says itself which file it means.
  for (const [, name = ''] of text.matchAll(
    /(?<!\[)`([\w.*-][\w.*/-]*\.(?:ts|js|cjs|mjs|lua|sh|css|html|svg|conf|template|env))`/g,
  )) {
    const pattern = new RegExp(`/${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
    if (!known.has(name) && !own.some((path) => pattern.test(path))) yield `file ${name}`;
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
  for (const [, script = ''] of text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)) {
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
 * What a Markdown file says about this repository and is not so: relative links and their anchors, back-quoted paths and
 * files, npm scripts and Nx targets.
 *
 * @param folder where the file lies, relative to the root
 */
export function falseClaims(text: string, folder: string): string[] {
  return [...falseLinks(text, folder), ...falsePaths(text), ...falseFiles(text, folder), ...falseCommands(text)];
}
