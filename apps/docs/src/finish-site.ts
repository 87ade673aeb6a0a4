import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadLinks } from './dead-links';
import { inlineHashes } from './inline-code';
import { llmsFullTxt, llmsTxt, type TextPage } from './llms';
import { BASE, SITE, SOURCES } from './places';
import { sections } from './sidebar';

/**
 * After VitePress: the Markdown beside the pages, `llms.txt`, `llms-full.txt`, and the hashes of the inline code for the web service.
 *
 * @throws if a link or an anchor leads to nothing, or if a page breaks the content security policy
 */
export function finishSite(summary: string): void {
  cpSync(SOURCES, SITE, { recursive: true });
  const chapters = Object.values(sections).flatMap((chapter) =>
    chapter.map(({ text, pages }) => ({ text, pages: pages.map(readPage) })),
  );
  writeFileSync(join(SITE, 'llms.txt'), llmsTxt(summary, chapters));
  const files = new Map(chapters.flatMap(({ pages }) => pages.map((page) => [page.file, page])));
  writeFileSync(join(SITE, 'llms-full.txt'), llmsFullTxt([...files.values()]));

  const pages = readPages();
  // What is not below the base, such as the lab page, is the web service's own.
  const isFile = (path: string): boolean =>
    !path.startsWith(BASE) || (!path.endsWith('/') && existsSync(join(SITE, decodeURI(path.slice(BASE.length)))));
  const dead = deadLinks(pages, isFile);
  if (dead.length > 0) throw new Error(`Links that lead nowhere:\n${dead.join('\n')}`);
  // Last: its presence says that the site is complete.
  writeFileSync(join(SITE, 'inline-hashes.json'), `${JSON.stringify(inlineHashes(pages.values()), undefined, 2)}\n`);
}

function readPage([title, file]: readonly [string, string]): TextPage {
  return { title, file, markdown: readFileSync(join(SOURCES, file), 'utf8') };
}

/** The HTML of each page, by its path on the server. */
function readPages(): Map<string, string> {
  const files = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
  return new Map(
    files.map((file) => [
      BASE + file.replace(/\.html$/, '').replace(/(^|\/)index$/, '$1'),
      readFileSync(join(SITE, file), 'utf8'),
    ]),
  );
}
