import { bannedWordsIn } from './banned-words';
import { readText, workspacePaths } from './workspace-files';

const WIDEST_CODE = 100;

const documents = workspacePaths.filter((path) => path.endsWith('.md'));
const sources = workspacePaths.filter((path) =>
  /^(?:(?:apps|examples|libs)\/[^/]+\/src\/.*|tools\/[^/]*)\.[cm]?[jt]s$/.test(path),
);

/** Not rewritten yet. Take an entry out as soon as its prose is clean. */
const NOT_YET: readonly string[] = [
  // As a run of the benchmark wrote it.
  'docs/performance/results.md',
];
const rewritten = (path: string): boolean => !NOT_YET.some((start) => path.startsWith(start));

/** A document without what is not prose: code, and addresses of links. */
const proseOf = (path: string): string =>
  readText(path)
    .replace(/^```[^]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '')
    .replace(/\]\([^)]*\)/g, ']');

const glossary = /<!-- glossary -->([^]*)<!-- \/glossary -->/.exec(readText('docs/protocol.md'))?.[1] ?? '';
const terms = [...glossary.matchAll(/^\| <a id="term-([^"]*)"><\/a>(.*?) +\|/gm)].map(([, id = '', term = '']) => ({
  id,
  term,
}));

describe('our prose', () => {
  it.each(documents.filter(rewritten))('%s has no banned word', (path) => {
    expect(bannedWordsIn(proseOf(path))).toEqual([]);
  });

  it('has no banned word in comments, log lines and error texts', () => {
    const found = sources.filter(rewritten).map((path) => [path, bannedWordsIn(readText(path))] as const);
    expect(found.filter(([, words]) => words.length > 0)).toEqual([]);
  });

  it.each(documents.filter(rewritten))('%s has no code wider than the page', (path) => {
    const code = [
      ...readText(path).matchAll(/^ *```(?:sh|bash|js|mjs|ts|html|nginx|python|php)(?: \w+)?\n([^]*?)^ *```/gm),
    ].map(([, block = '']) => block);
    expect(code.flatMap((block) => block.split('\n')).filter((line) => line.length > WIDEST_CODE)).toEqual([]);
  });
});

describe('the glossary', () => {
  it('has a term in each row, under an anchor of its name', () => {
    const rows = glossary.split('\n').filter((line) => line.startsWith('|'));
    expect(terms).toHaveLength(rows.length - 2);
    expect(terms.filter(({ id, term }) => id !== term.replaceAll(' ', '-'))).toEqual([]);
  });

  // What a reader who knows the field cannot know.
  const COINED = ['cursor', 'epoch', 'message log', 'reset', 'ticket'];

  it.each(
    [
      'README.md',
      ...documents.filter((path) => /^docs\/[a-z-]+\.md$/.test(path) && path !== 'docs/protocol.md'),
    ].filter(rewritten),
  )('%s links each term that Tetracast coined', (path) => {
    const text = readText(path);
    const prose = proseOf(path);
    const used = COINED.filter((term) => new RegExp(`\\b${term}s?\\b`, 'i').test(prose));
    const linked = new Set([...text.matchAll(/protocol\.md#(?:term-([a-z-]+)|glossary)\)/g)].map(([, id = '']) => id));
    expect(used.filter((term) => !linked.has(term.replaceAll(' ', '-')))).toEqual([]);
  });
});

describe('the check of our prose', () => {
  it.each([
    ['Whoever asks', ['Whoever']],
    ['the log begins anew', ['anew']],
    ['a client that\n * is\n * told', ['is\n * told']],
    ['a port of its own', ['of its own']],
    ['a client that renews what it is permitted', []],
  ])('finds the banned words in %j', (text, words) => {
    expect(bannedWordsIn(text)).toEqual(words);
  });
});
