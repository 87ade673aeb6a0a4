import { createHash } from 'node:crypto';
import { inlineHashes, withoutStyles } from '../src/inline-code';

const sha256 = (code: string): string => `sha256-${createHash('sha256').update(code).digest('base64')}`;

describe('inlineHashes', () => {
  it('names each inline script and style once, and no file', () => {
    const page = '<script src="a.js"></script><script id="x">one()</script><style>a{}</style>';
    const other = '<script type="module">two()</script><script>one()</script>';
    expect(inlineHashes([page, other])).toEqual({
      scripts: [sha256('one()'), sha256('two()')].sort(),
      styles: [sha256('a{}')],
    });
  });

  it.each(['<p style="color:red">', '<p class="a" style="">', '<button onclick="go()">'])('refuses %s', (html) => {
    expect(() => inlineHashes([`<main>${html}</main>`])).toThrow(html);
  });

  it.each(['<p>style="color:red"</p>', '<a href="/x?on=1" data-style="a">', '<code>&lt;p style="a"&gt;</code>'])(
    'lets %s pass',
    (html) => {
      expect(inlineHashes([html])).toEqual({ scripts: [], styles: [] });
    },
  );
});

describe('withoutStyles', () => {
  it('removes what VitePress writes, and nothing else', () => {
    const html = '<div style="position:relative;" class="a"><p style="">b</p><p style="color:red;"></p></div>';
    expect(withoutStyles(html)).toBe('<div class="a"><p>b</p><p style="color:red;"></p></div>');
  });
});
