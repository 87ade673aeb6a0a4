import { join } from 'node:path';

import { readText, ROOT, workspacePaths } from './workspace-files';

interface MessageModel {
  ERRORS: Record<string, unknown>;
}

interface ServiceKit {
  SETTINGS: Record<string, { env: string }>;
}

// By path: `tools` is above no layer, and reads the sources as it reads the documents.
const { ERRORS } = jest.requireActual<MessageModel>(join(ROOT, 'libs/message-model/src/index.ts'));
const { SETTINGS } = jest.requireActual<ServiceKit>(join(ROOT, 'libs/service-kit/src/settings/settings.ts'));

const text = readText('docs/troubleshooting.md');

/** The rows of all its tables, as their cells. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|[ -]*-+[ -|]*\|$/.test(line))
  .map((line) => line.slice(1, -1).split(/(?<!\\)\|/))
  .map((cells) => cells.map((cell) => cell.trim()))
  .filter(([symptom]) => symptom !== 'Symptom');

const sources = workspacePaths
  .filter((path) => /^(?:apps|libs)\/[^/]+\/src\/.*\.ts$/.test(path) || /^tools\/.*\.mjs$/.test(path))
  .map(readText)
  .join('\n');

const found = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = '']) => name);

describe('docs/troubleshooting.md', () => {
  it('has a symptom, a cause and a remedy in every row', () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter((cells) => cells.length !== 3 || cells.includes(''))).toEqual([]);
  });

  it('quotes only what the program says', () => {
    const quotes = found(/"([^"`]+)"/g);
    expect(quotes.length).toBeGreaterThan(5);
    expect(quotes.filter((quote) => !sources.includes(quote))).toEqual([]);
  });

  it('names only error codes that exist', () => {
    const codes = found(/\b[1-5]\d\d `([a-z_]+)`/g);
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !Object.hasOwn(ERRORS, code))).toEqual([]);
  });

  it('names only settings that exist', () => {
    const known = new Set(Object.values(SETTINGS).map(({ env }) => env));
    // What Redis answers is written in capitals, too.
    const answers = new Set(['WRONGPASS', 'NOAUTH', 'NOPERM', 'SUBSCRIBE']);
    const names = found(/`([A-Z][A-Z_]+)(?:=[^`]*)?`/g).filter((name) => !answers.has(name));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
});
