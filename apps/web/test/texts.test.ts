import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

const PUBLIC = join(__dirname, '../src/public');
const TRANSPORTS = ['polling', 'sse', 'websocket', 'socketio'];
const PANELS = [...TRANSPORTS, 'sdk'];
const LANGUAGES = ['en', 'zh'];

const read = (file: string): string => readFileSync(join(PUBLIC, file), 'utf8');

function textsOf(language: string): Record<string, string> {
  return runInNewContext(`${read(`texts/${language}.js`).replace('export const texts =', 'texts =')}; texts`, {
    texts: {},
  }) as Record<string, string>;
}

const texts = Object.fromEntries(LANGUAGES.map((language) => [language, textsOf(language)]));
const keys = Object.keys(texts['en']!);

const scripts = readdirSync(PUBLIC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.js') && !LANGUAGES.includes(/texts\/(\w+)\.js/.exec(file)?.[1] ?? ''))
  .map((file) => ({ file, source: withoutComments(read(file)) }));
const html = readdirSync(PUBLIC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.html'))
  .map(read)
  .join('\n')
  .replace(/<!--[\s\S]*?-->/g, '');

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*|\s\/\/ .*/gm, '');
}

/** The strings of a script; what a template puts in is a star. */
function literalsOf(source: string): string[] {
  return Array.from(source.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\\n]|\\.)*)`/g), ([, single, template]) =>
    (single ?? template ?? '').replace(/\$\{[^}]*\}+/g, '*'),
  );
}

/** What the page asks for: keys, and patterns of keys. */
const wanted = new Set([
  ...Array.from(html.matchAll(/data-t-\w+="([^"]+)"/g), ([, key]) => key!).flatMap((key) =>
    key.startsWith('*') ? PANELS.map((name) => key.replace('*', name)) : [key],
  ),
  ...scripts
    .flatMap(({ source }) =>
      Array.from(source.matchAll(/\bt\(([^;]*)/g), ([, argument]) => literalsOf(argument!)).flat(),
    )
    .filter((literal) => /^[\w*]+(\.[\w*]+)+$/.test(literal)),
]);
const patternOf = (key: string): RegExp => new RegExp(`^${key.replaceAll('.', '\\.').replaceAll('*', '[\\w.-]+')}$`);

describe('the texts of the lab page', () => {
  it.each(LANGUAGES)('are complete in %s', (language) => {
    expect(Object.keys(texts[language]!)).toEqual(keys);
  });

  it('have the same values put in, in all languages', () => {
    const valuesIn = (text: string): string[] => Array.from(text.matchAll(/\{\w+\}/g), ([value]) => value).toSorted();
    for (const key of keys) {
      const [first, ...others] = LANGUAGES.map((language) => ({ key, values: valuesIn(texts[language]![key]!) }));
      for (const other of others) expect(other).toEqual(first);
    }
  });

  it('are translated', () => {
    const names = /^(?:[\W\d_]*|WebSocket|Socket\.IO|SSE|WS|SIO|SDK|Server-Sent Events)$/;
    const untranslated = keys.filter((key) => {
      const [english, chinese] = [texts['en']![key]!, texts['zh']![key]!];
      return english === chinese && !names.test(english.replace(/\{\w+\}/g, ''));
    });
    expect(untranslated).toEqual([]);
  });

  it.each([
    ['en', ['Half duplex', 'Simplex', 'Full duplex', 'Full duplex']],
    ['zh', ['半双工', '单工', '全双工', '全双工']],
  ])('name the direction of each transport by its word: %s', (language, words) => {
    const directions = TRANSPORTS.map((name) => texts[language]![`${name}.direction`]!);
    expect(directions.map((direction) => direction.split(/[:：]/)[0])).toEqual(words);
  });

  it('have every text that the page asks for', () => {
    const missing = [...wanted].filter((key) => !keys.some((each) => patternOf(key).test(each)));
    expect({ missing, asked: wanted.size > 100 }).toEqual({ missing: [], asked: true });
  });

  it('have no text that the page never asks for', () => {
    const patterns = [...wanted].map(patternOf);
    expect(keys.filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
  });
});

describe('the page itself', () => {
  it('has no text in its HTML', () => {
    const body = html.replace(/<noscript>[\s\S]*?<\/noscript>|<!doctype html>|<title>.*?<\/title>|<meta[\s\S]*?>/g, '');
    const left = Array.from(body.matchAll(/>([^<]*\p{L}[^<]*)</gu), ([, text]) => text!.trim());
    expect(left).toEqual(['Tetracast', 'English', '中文']);
    expect(body).not.toMatch(/\s(?:title|placeholder|aria-label|alt)="/);
  });

  it('has no text in its scripts', () => {
    const noText = new Set(['.about code', 'allow-scripts allow-forms', 'io client disconnect']);
    const left = scripts.flatMap(({ file, source }) =>
      literalsOf(source)
        .filter((literal) => /[\p{L}’]{2,},? [\p{Ll}]{2,}|\p{Script=Han}/u.test(literal) && !noText.has(literal))
        .map((literal) => `${file}: ${literal}`),
    );
    expect(left).toEqual([]);
  });

  it('shows no single word either, in the demos, that is not in the texts', () => {
    const demos = scripts.filter(({ file }) => file.startsWith('demos/'));
    const shown = demos.flatMap(({ source }) =>
      Array.from(source.matchAll(/(?<!function )\b(?:show|say|add|lost)\(([^;]*)/g), ([, argument]) =>
        literalsOf(argument!),
      ).flat(),
    );
    const ids = Array.from(html.matchAll(/ id="(\w+)"/g), ([, id]) => id!);
    const left = shown.filter((literal) => /\p{L}{2}/u.test(literal) && ![...keys, ...ids].includes(literal));
    expect({ left, shown: shown.length > 5 }).toEqual({ left: [], shown: true });
  });
});

it('fills in every kind of text that the pages name', () => {
  const list = /const ATTRIBUTES = \{([\s\S]*?)\n\}/.exec(read('texts/texts.js'))?.[1] ?? '';
  const kinds = Array.from(list.matchAll(/(\w+):/g), ([, kind]) => kind);
  const named = new Set(Array.from(html.matchAll(/data-t-(\w+)=/g), ([, kind]) => kind));
  expect(kinds).toEqual(expect.arrayContaining([...named]));
});
