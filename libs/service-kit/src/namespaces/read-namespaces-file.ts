import { Value, ValueErrorType, type ValueError } from '@sinclair/typebox/value';
import type { NamespacePolicy } from '@tetracast/session';
import { readFileSync } from 'node:fs';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { readDuration, readRates } from '../settings/setting-readers';
import { isNamespace, type NamespacesFile, NamespacesFileSchema } from './namespaces-schema';

export type NamespacePolicies = ReadonlyMap<string, NamespacePolicy>;

/** What is wrong with the file, each with its line and its path in the file. */
export class NamespacesFileError extends Error {
  override readonly name = 'NamespacesFileError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

/** Maximum number of problems in one error. */
const PROBLEMS_MAX = 5;

/** Reads the policies of namespaces from a file. @throws NamespacesFileError */
export function readNamespacesFile(path: string): NamespacePolicies {
  return parseNamespaces(readText(path));
}

/** The same for the text of the file. @throws NamespacesFileError */
export function parseNamespaces(text: string): NamespacePolicies {
  const lines = new LineCounter();
  // `2` and `"2"` name the same channels.
  const uniqueKeys = (one: unknown, next: unknown): boolean => String(one) === String(next);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const { line } = lines.linePos(broken.pos[0]);
    throw new NamespacesFileError([`line ${line}: it is neither YAML nor JSON: ${broken.message}`]);
  }
  const value = valueOf(document);
  const problems = [...findProblems(value)].slice(0, PROBLEMS_MAX);
  if (problems.length > 0) {
    throw new NamespacesFileError(
      problems.map(({ path, text: problem }) => `line ${lineOf(document, lines, path)}: ${problem}`),
    );
  }
  const { namespaces } = value as NamespacesFile;
  return new Map(Object.entries(namespaces).map(([name, policy]) => [name, toPolicy(policy)]));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new NamespacesFileError([code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`]);
  }
}

/** @throws NamespacesFileError for an alias that leads nowhere, or to too much */
function valueOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new NamespacesFileError([`an alias cannot be resolved: ${(error as Error).message}`]);
  }
}

function toPolicy({ history, publishRate, ...audiences }: NamespacesFile['namespaces'][string]): NamespacePolicy {
  const rates = publishRate === undefined ? undefined : readRates(publishRate);
  return {
    ...audiences,
    ...(history === undefined ? {} : { history: { size: history.size, ttlMs: readDuration(history.ttl) ?? 0 } }),
    ...(rates === undefined ? {} : { publishRate: rates }),
  };
}

interface Problem {
  readonly path: readonly string[];
  readonly text: string;
}

function* findProblems(value: unknown): Iterable<Problem> {
  const seen = new Set<string>();
  for (const error of Value.Errors(NamespacesFileSchema, value)) {
    // Several errors have the same place: the type, the format and each member of a union.
    if (seen.has(error.path)) continue;
    seen.add(error.path);
    yield describe(error);
  }
  const { namespaces } = (value ?? {}) as Partial<NamespacesFile>;
  for (const name of Object.keys(namespaces ?? {})) {
    if (isNamespace(name)) continue;
    const text = `${JSON.stringify(name)} is not a namespace: write what comes before the first ":" of its channels`;
    yield { path: ['namespaces', name], text };
  }
}

function describe({ path: pointer, schema, type, value }: ValueError): Problem {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const name = path.join('.') || 'the file';
  switch (type) {
    case ValueErrorType.ObjectAdditionalProperties:
      return { path, text: `${name} is not known: correct its name, or remove it` };
    case ValueErrorType.ObjectRequiredProperty:
      return { path: path.slice(0, -1), text: `${name} is missing: it must be ${schema.description}` };
    default:
      return { path, text: `${name} must be ${schema.description}, not ${JSON.stringify(value)}` };
  }
}

/** The line of a member: that of its key. */
function lineOf(document: Document, lines: LineCounter, path: readonly string[]): number {
  const parent = path.length > 0 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const key = path.at(-1);
  const pair =
    isMap(parent) && key !== undefined ? parent.items.find(({ key: each }) => String(each) === key) : undefined;
  const node = pair?.key ?? parent;
  const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  return lines.linePos(offset).line;
}
