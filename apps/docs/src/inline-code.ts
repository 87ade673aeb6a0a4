import { createHash } from 'node:crypto';

/** `style` attributes that VitePress writes. `theme.css` sets the first; a script sets the others before they matter. */
const NEEDLESS = / style="(?:position:relative;|--vp-vh:0px;)?"/g;

export const withoutStyles = (html: string): string => html.replace(NEEDLESS, '');

/** The inline code of a site as a content security policy names it: `sha256-…`. */
export interface InlineHashes {
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

/** @throws if a page has code in an attribute: no hash allows that */
export function inlineHashes(pages: Iterable<string>): InlineHashes {
  const found = { scripts: new Set<string>(), styles: new Set<string>() };
  for (const html of pages) {
    const [attribute] = /<[a-z][^<>]*\s(?:style|on[a-z]+)=[^<>]*>/i.exec(html) ?? [];
    if (attribute !== undefined) throw new Error(`The content security policy forbids the attribute in ${attribute}`);
    for (const [, code = ''] of html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g))
      found.scripts.add(sha256(code));
    for (const [, code = ''] of html.matchAll(/<style[^>]*>([^]*?)<\/style>/g)) found.styles.add(sha256(code));
  }
  return { scripts: [...found.scripts].sort(), styles: [...found.styles].sort() };
}

const sha256 = (code: string): string => `sha256-${createHash('sha256').update(code).digest('base64')}`;
