/** The links between pages that lead to no page, no file or no anchor, as `<page> → <link>`; `pages` is HTML by path, such as `/docs/start`. */
export function deadLinks(pages: ReadonlyMap<string, string>, isFile: (path: string) => boolean): string[] {
  const anchors = new Map([...pages].map(([path, html]) => [path, new Set(valuesOf('id', html))]));
  const isDead = (href: string, from: string): boolean => {
    const { origin, pathname, hash } = new URL(href, `http://site${from}`);
    if (origin !== 'http://site') return false;
    const ids = anchors.get(pathname);
    if (ids === undefined) return !isFile(pathname);
    return hash !== '' && !ids.has(decodeURIComponent(hash.slice(1)));
  };
  return [...pages].flatMap(([path, html]) =>
    valuesOf('href', html)
      .filter((href) => isDead(href, path))
      .map((href) => `${path} → ${href}`),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const valuesOf = (attribute: string, html: string): string[] =>
  [...html.matchAll(new RegExp(`<[a-z][^<>]*\\s${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    value.replace(/&(\w+|#39);/g, (entity, name: string) => ENTITIES[name] ?? entity),
  );
