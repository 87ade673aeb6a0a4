/** A page as a reader without a browser gets it. */
export interface TextPage {
  readonly file: string;
  readonly title: string;
  readonly markdown: string;
}

/** `llms.txt` (https://llmstxt.org): the pages by section, each with its first sentence. */
export function llmsTxt(summary: string, sections: readonly { text: string; pages: readonly TextPage[] }[]): string {
  const list = sections.map(({ text, pages }) => `## ${text}\n\n${pages.map(listed).join('\n')}\n`);
  return [`# Tetracast\n\n> ${summary}\n`, ...list].join('\n');
}

const listed = ({ file, title, markdown }: TextPage): string => {
  const sentence = firstSentence(markdown);
  return `- [${title}](${file})${sentence === '' ? '' : `: ${sentence}`}`;
};

/** `llms-full.txt`: the pages themselves, one after the other. */
export const llmsFullTxt = (pages: readonly TextPage[]): string =>
  pages.map(({ file, markdown }) => `<!-- ${file} -->\n\n${markdown.trim()}\n`).join('\n');

/** Of the first paragraph, without its links and what is bold. */
export function firstSentence(markdown: string): string {
  const paragraph = markdown.split(/\n{2,}/).find((block) => /^(?!```)[\p{L}*`[]/u.test(block)) ?? '';
  const text = paragraph
    .replace(/^\*\*[^*]*\.\*\* /, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('**', '')
    .replace(/\s*\n\s*/g, ' ');
  return /^.*?(?:[.!?](?=\s|$)|[。！？])|^.*/u.exec(text)?.[0].trim() ?? '';
}
