import type { MarkdownRenderer } from 'vitepress';
import { addRules } from '../src/markdown-rules';

interface FakeToken {
  type: string;
  tag: string;
  level: number;
  content: string;
  attrs: [string, string][] | null;
  children: FakeToken[] | null;
  attrGet(name: string): string | null;
}

function token(type: string, { content = '', attrs = null, children = null }: Partial<FakeToken> = {}): FakeToken {
  const attrGet = (name: string): string | null => made.attrs?.find(([key]) => key === name)?.[1] ?? null;
  const made: FakeToken = {
    type,
    tag: type.startsWith('link') ? 'a' : '',
    level: 0,
    content,
    attrs,
    children,
    attrGet,
  };
  return made;
}

/** What the rules make of these tokens on the page `relativePath`. */
function ruled(tokens: FakeToken[], relativePath = 'start.md'): FakeToken[] {
  const push = (_name: string, rule: (state: object) => void): void => rule({ tokens, env: { relativePath } });
  addRules({ core: { ruler: { push } } } as unknown as MarkdownRenderer);
  return tokens;
}

const inParagraph = (...children: FakeToken[]): FakeToken[] =>
  ruled([token('inline', { children })])[0]?.children ?? [];

describe('the rules of Markdown', () => {
  it('align a column by class', () => {
    const [cell] = ruled([token('td_open', { attrs: [['style', 'text-align:right']] })]);
    expect(cell?.attrs).toEqual([['class', 'align-right']]);
  });

  it('leave the text of a link that leads out of docs/, and other links', () => {
    const linkTo = (href: string): FakeToken[] => [
      token('link_open', { attrs: [['href', href]] }),
      token('text', { content: 'x' }),
      token('link_close'),
    ];
    const children = inParagraph(...linkTo('../libs/hub'), ...linkTo('protocol.md'));
    expect(children.map(({ tag, attrs }) => [tag, attrs])).toEqual([
      ['span', null],
      ['', null],
      ['span', null],
      ['a', [['href', 'protocol.md']]],
      ['', null],
      ['a', null],
    ]);
  });

  it.each([
    ['消息到达，', '不重复', 'text'],
    ['a message', 'arrives', 'softbreak'],
    ['使用', 'Redis', 'softbreak'],
  ])('join the lines %j and %j as their language does', (before, after, type) => {
    const [, middle] = inParagraph(
      token('text', { content: before }),
      token('softbreak'),
      token('text', { content: after }),
    );
    expect(middle?.type).toBe(type);
  });
});
