import { readText, workspacePaths } from './workspace-files';

const TAGS = ['run', 'output', 'excerpt'];

/** Whose blocks another test checks. */
const CHECKED_ELSEWHERE: readonly string[] = ['docs/architecture.md', 'docs/protocol.md'];

const pages = workspacePaths.filter(
  (path) => path.startsWith('docs/') && path.endsWith('.md') && !CHECKED_ELSEWHERE.includes(path),
);

/** Fences whose info string is not a language and one tag, as `<line>: <fence>`. */
function untagged(text: string): string[] {
  let isInside = false;
  return text.split('\n').flatMap((line, index) => {
    if (!/^ *```/.test(line)) return [];
    isInside = !isInside;
    const [, tag = ''] = /^ *```\w+ (\w+)$/.exec(line) ?? [];
    return isInside && !TAGS.includes(tag) ? [`${index + 1}: ${line}`] : [];
  });
}

describe('the code blocks of docs/', () => {
  it.each(pages)('of %s are run, or say that they are an output or an excerpt', (path) => {
    expect(untagged(readText(path))).toEqual([]);
  });
});

describe('the check of code blocks', () => {
  it.each([
    ['```sh run\necho\n```\n\n```text output\n\n```', []],
    ['```js\n```', ['1: ```js']],
    ['Text\n\n  ```js later\n  ```\n\n```\n```', ['3:   ```js later', '6: ```']],
  ])('finds those without a tag in %j', (text, found) => {
    expect(untagged(text)).toEqual(found);
  });
});
