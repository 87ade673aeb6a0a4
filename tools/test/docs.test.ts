import { posix } from 'node:path';

import { falseClaims } from './false-claims';
import { readText, workspacePaths } from './workspace-files';

const documents = workspacePaths.filter((path) => path.endsWith('.md'));

describe('our Markdown', () => {
  it.each(documents)('%s claims nothing false about this repository', (path) => {
    expect(falseClaims(readText(path), posix.dirname(path))).toEqual([]);
  });
});

describe('docs/README.md', () => {
  const rows = [...readText('docs/README.md').matchAll(/^\| (Where [^|]*\?) *\|(.*)\|$/gm)];

  it('answers five questions', () => {
    expect(rows).toHaveLength(5);
  });

  it.each(rows.map(([, question = '', answer = '']) => [question, answer]))('%s: by files that exist', (_, answer) => {
    const named = [...answer.matchAll(/\[`([^`]+)`\]\(\.\.\/([^)]+)\)/g)];
    expect(named).not.toEqual([]);
    expect(named.filter(([, shown, target]) => shown !== target)).toEqual([]);
    expect(named.filter(([, path = '']) => !workspacePaths.includes(path))).toEqual([]);
  });
});

describe.each(['docs/start.md', 'docs/zh/start.md'])('%s', (path) => {
  const text = readText(path);
  const pageOrigins = ['http://localhost:8000', 'http://127.0.0.1:8000'];

  it('allows the origins of the page before there is a page', () => {
    const allowed = text.indexOf(`ALLOWED_ORIGINS=${pageOrigins.join()} npm start`);
    expect([allowed > 0, text.indexOf('```html run') > allowed]).toEqual([true, true]);
  });

  it('allows in containers the page, and every origin that docker-compose.yml allows by default', () => {
    const [, defaults = ''] = /ALLOWED_ORIGINS:-([^}]+)\}/.exec(readText('docker-compose.yml')) ?? [];
    const block = [...text.matchAll(/^```sh \w+\n([^]*?)^```/gm)].find(([, code]) => code?.includes('>> .env'));
    const variables = Object.fromEntries(
      Array.from(block?.[1]?.matchAll(/^(\w+)=(.+)$/gm) ?? [], ([, name = '', value = '']) => [name, value] as const),
    );
    const [, line = ''] = /^echo "ALLOWED_ORIGINS=(.+)" >> \.env$/m.exec(block?.[1] ?? '') ?? [];
    const named = line.replaceAll(/\$(\w+)/g, (_, name: string) => variables[name] ?? '').split(',');
    expect(named.toSorted()).toEqual([...defaults.split(','), ...pageOrigins].toSorted());
  });
});

describe('the drawing in docs/architecture.md', () => {
  it('names files', () => {
    const drawing = /^```text\n([^]*?)^```/m.exec(readText('docs/architecture.md'))?.[1] ?? '';
    const names = drawing.match(/[a-z]+(?:-[a-z]+)+/g) ?? [];
    expect(names.length).toBeGreaterThan(10);
    const files = new Set(workspacePaths.map((path) => posix.basename(path).replace(/\.\w+$/, '')));
    expect(names.filter((name) => !files.has(name))).toEqual([]);
  });
});

describe('the check of our Markdown', () => {
  it.each([
    ['[a](./tools/nowhere.md)', 'link ./tools/nowhere.md'],
    ['[a](tools/nowhere.md#part)', 'link tools/nowhere.md#part'],
    ['[a](tools/README.md#nothing)', 'anchor tools/README.md#nothing'],
    ['# Part\n\n[a](#parts)', 'anchor #parts'],
    ['see `libs/nothing/src`', 'path libs/nothing/src'],
    ['see `apps/*/nothing.ts`', 'path apps/*/nothing.ts'],
    ['```sh\nnode tools/nothing.mjs\n```', 'path tools/nothing.mjs'],
    ['`npm run nothing`', 'npm run nothing'],
    ['`npx nx test nothing`', 'nx test nothing'],
    ['`npx nx fly tools`', 'nx fly tools'],
    ['`npx nx run e2e:nothing`', 'nx run e2e:nothing'],
  ])('finds the false claim in %j', (text, claim) => {
    expect(falseClaims(text, '.')).toEqual([claim]);
  });

  it('finds a file that a project does not have in its README', () => {
    const claims = falseClaims('| `start.mjs` | `test/false-*.ts` | `stop.mjs` | `test/start.mjs` |', 'tools');
    expect(claims).toEqual(['file stop.mjs', 'file test/start.mjs']);
  });

  it.each([
    '# Our `part`\n\n[a](tools/README.md#tools) [b](#our-part) [c](https://example.org/x#y)',
    '`tools/test/` `tools/*.mjs` `libs/<name>/package.json` `apps/{polling,sse}/package.json` `tools/bundle.mjs:3`',
    '```sh\nnpm run lint && npx nx test tools && npx nx run e2e:e2e && node tools/start.mjs\n[x](nowhere.md)\n```',
  ])('lets the truth in %j pass', (text) => {
    expect(falseClaims(text, '.')).toEqual([]);
  });
});
