import { classOf } from '../src/code-colours';
import { githubSlug } from '../src/github-slug';
import { leadsOutside } from '../src/markdown-rules';

describe('githubSlug', () => {
  it.each([
    ['Keys & issuers', 'keys--issuers'],
    ['`$.ajax` in a loop', 'ajax-in-a-loop'],
    ['When not?', 'when-not'],
    ['游标 是什么？', '游标-是什么'],
  ])('makes of %j the anchor %j', (heading, anchor) => {
    expect(githubSlug(heading)).toBe(anchor);
  });
});

describe('leadsOutside', () => {
  it.each([
    ['../libs/hub/src/hub.ts', 'architecture.md', true],
    ['../protocol.md', 'clients/curl.md', false],
    ['../../README.md', 'clients/curl.md', true],
    ['zh/start.md', 'start.md', false],
    ['https://example.org/../x', 'start.md', false],
    ['#part', 'start.md', false],
  ])('%s on %s: %s', (href, page, outside) => {
    expect(leadsOutside(href, page)).toBe(outside);
  });
});

describe('classOf', () => {
  it.each([
    ['color:var(--shiki-string)', 'code-string'],
    ['font-weight:bold;color:var(--shiki-keyword)', 'code-keyword'],
    ['color:var(--shiki-text)', undefined],
    ['', undefined],
  ])('of %j is %j', (style, name) => {
    expect(classOf(style)).toBe(name);
  });
});
