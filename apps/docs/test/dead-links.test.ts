import { deadLinks } from '../src/dead-links';

const pages = new Map([
  ['/docs/', '<a href="/docs/start#one"></a><a href="start"></a><a class="x" href="#top"></a><h1 id="top"></h1>'],
  [
    '/docs/start',
    '<h2 id="one"></h2><h2 id="游标"></h2><a href="zh/#%E6%B8%B8"></a><a href="./#top"></a><a href="start.md"></a>',
  ],
  ['/docs/zh/', '<h2 id="游"></h2><a href="../start#%E6%B8%B8%E6%A0%87"></a><a href="https://example.org/#x"></a>'],
]);
const isFile = (path: string): boolean => path === '/docs/start.md';

describe('deadLinks', () => {
  it('accepts pages, files, anchors and other sites', () => {
    expect(deadLinks(pages, isFile)).toEqual([]);
  });

  it.each([
    ['a page', '/docs/nothing'],
    ['a page of the other language', '/docs/zh/start'],
    ['a file', 'start.txt'],
    ['an anchor of the page', '#two'],
    ['an anchor of another page', '/docs/start#two'],
    ['an anchor that is escaped', '/docs/start#a&amp;b'],
  ])('finds a link to %s that is not there', (_, href) => {
    const wrong = new Map([...pages, ['/docs/wrong', `<p><a class="b" href="${href}" target="_self">x</a></p>`]]);
    expect(deadLinks(wrong, isFile)).toEqual([`/docs/wrong → ${href.replace('&amp;', '&')}`]);
  });
});
