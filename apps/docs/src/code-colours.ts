import type { MarkdownOptions } from 'vitepress';

/** Which TextMate scopes make which kind of token. */
const SCOPES = {
  comment: ['comment', 'punctuation.definition.comment'],
  string: ['string', 'markup.inline.raw', 'meta.attribute-selector'],
  constant: ['constant', 'variable.language', 'support.constant'],
  keyword: ['keyword', 'storage', 'punctuation.definition.template-expression', 'entity.name.tag'],
  function: ['entity.name.function', 'support.function', 'meta.function-call.generic'],
  property: [
    'support.type.property-name',
    'meta.object-literal.key',
    'entity.other.attribute-name',
    'variable.other.property',
  ],
};

const variable = (kind: string): string => `var(--shiki-${kind})`;

/** A Shiki theme that names a variable for each kind of token. */
export const codeTheme: NonNullable<MarkdownOptions['theme']> = {
  name: 'tetracast',
  type: 'dark',
  fg: variable('text'),
  bg: variable('surface'),
  settings: Object.entries(SCOPES).map(([kind, scope]) => ({ scope, settings: { foreground: variable(kind) } })),
};

/** The class for a `style` such as `color:var(--shiki-string)`; plain text needs none. The colours are in `.vitepress/theme/code.css`. */
export function classOf(style: string): string | undefined {
  const [, kind = 'text'] = /(?:^|;)color:var\(--shiki-([a-z]+)\)/.exec(style) ?? [];
  return kind === 'text' ? undefined : `code-${kind}`;
}

/** A Shiki transformer: classes instead of `style` attributes, which a strict content security policy forbids. */
export const colourByClass: NonNullable<MarkdownOptions['codeTransformers']>[number] = {
  name: 'colour-by-class',
  pre(node) {
    delete node.properties.style;
  },
  span(node) {
    const { style, ...properties } = node.properties;
    const name = typeof style === 'string' ? classOf(style) : undefined;
    node.properties = name === undefined ? properties : { ...properties, class: name };
  },
};

/** Shiki gives up on a line after half a second, so that a busy machine would build another site. */
export const takeTime: NonNullable<MarkdownOptions['shikiSetup']> = (highlighter) => {
  const { codeToHtml } = highlighter;
  highlighter.codeToHtml = (code, options) => codeToHtml(code, { ...options, tokenizeTimeLimit: 0 });
};
