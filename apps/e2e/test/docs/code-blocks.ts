import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const DOCS = resolve(__dirname, '../../../../docs');

/** What a page says that a program survives: a cut of its connections, the restart of a server that forgets its messages. */
export type Survived = 'cut' | 'restart';

/** A block of a page that readers paste and run: its info string is a language and `run`. */
export interface CodeBlock {
  /** Where the block begins, such as `clients/python.md:12`. */
  readonly name: string;
  readonly language: string;
  readonly code: string;
  /** The lines of the block `text output` after it; `…` stands for any characters. Without it the block ends by itself. */
  readonly output?: readonly string[];
  /** By the comment `<!-- survives: cut, restart -->` before it. */
  readonly survives: readonly Survived[];
}

export interface DocsPage {
  /** Relative to `docs/`. */
  readonly path: string;
  readonly blocks: readonly CodeBlock[];
}

const BLOCK = /(?:^<!-- survives: (.+) -->\n+)?^```(\w+) run\n([^]*?)^```$(?:\n+^```text output\n([^]*?)^```$)?/gm;

function readSurvived(words: string): Survived[] {
  return words.split(', ').map((word) => {
    if (word !== 'cut' && word !== 'restart') throw new Error(`a block survives cut or restart, not ${word}`);
    return word;
  });
}

function blocksIn(path: string): readonly CodeBlock[] {
  const text = readFileSync(resolve(DOCS, path), 'utf8');
  return [...text.matchAll(BLOCK)].map(({ 0: all, 1: survives, 2: language = '', 3: code = '', 4: output, index }) => {
    const line = text.slice(0, index + all.indexOf('```')).split('\n').length;
    return {
      name: `${path}:${line}`,
      language,
      code,
      ...(output === undefined ? {} : { output: output.trimEnd().split('\n') }),
      survives: survives === undefined ? [] : readSurvived(survives),
    };
  });
}

const pages: readonly DocsPage[] = readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .sort()
  .map((path) => ({ path, blocks: blocksIn(path) }))
  .filter(({ blocks }) => blocks.length > 0);

const isTranslated = ({ path }: DocsPage): boolean => path.startsWith('zh/');

export const englishPages = pages.filter((page) => !isTranslated(page));

/** Their code is that of the English page of the same name. */
export const translatedPages = pages.filter(isTranslated);
