import { posix } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

type Token = ReturnType<MarkdownRenderer['parse']>[number];

/** What our pages need beyond VitePress's Markdown. */
export function addRules(md: MarkdownRenderer): void {
  md.core.ruler.push('tetracast', ({ tokens, env }) => {
    const { relativePath = '' } = env as { relativePath?: string };
    for (const token of tokens) {
      alignByClass(token);
      unlinkOutside(token.children ?? [], relativePath);
      joinChineseLines(token.children ?? []);
    }
  });
}

/** The alignment of a column as a class, since a strict content security policy forbids `style` attributes. */
function alignByClass(token: Token): void {
  const [, side] = /^text-align:(\w+)$/.exec(token.attrGet('style') ?? '') ?? [];
  if (side === undefined) return;
  token.attrs = [['class', `align-${side}`]];
}

/** A link to a file outside of docs/, such as a source file, becomes text: the site has no such page. */
function unlinkOutside(tokens: Token[], page: string): void {
  for (const [index, open] of tokens.entries()) {
    if (open.type !== 'link_open' || !leadsOutside(open.attrGet('href') ?? '', page)) continue;
    const close = tokens.slice(index).find(({ type, level }) => type === 'link_close' && level === open.level);
    for (const end of [open, close]) if (end !== undefined) [end.tag, end.attrs] = ['span', null];
  }
}

/** A line break in a paragraph becomes a space, which Chinese does not have between its characters. */
function joinChineseLines(tokens: Token[]): void {
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1]?.content.at(-1) ?? '';
    const after = tokens[index + 1]?.content.at(0) ?? '';
    if (token.type === 'softbreak' && isChinese(before) && isChinese(after)) [token.type, token.tag] = ['text', ''];
  }
}

const isChinese = (character: string): boolean => /[\p{Script=Han}、-〗！-～]/u.test(character);

/** Whether `href` on the page `page`, a path below docs/, is a relative link that leaves docs/. */
export function leadsOutside(href: string, page: string): boolean {
  return !/^(?:[a-z]+:|[/#])/.test(href) && posix.join(posix.dirname(page), href).startsWith('../');
}
