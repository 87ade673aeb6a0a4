import { readdirSync } from 'node:fs';
import { SOURCES } from '../src/places';
import { sections } from '../src/sidebar';

const isChinese = (file: string): boolean => file.startsWith('zh/');
const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md') && !/(?:^|\/)index\.md$/.test(file))
  .sort();

const listed = (language: keyof typeof sections): string[] =>
  sections[language].flatMap(({ pages }) => pages.map(([, file]) => file));

describe('the contents', () => {
  it('list every English page once', () => {
    expect(listed('en').sort()).toEqual(files.filter((file) => !isChinese(file)));
  });

  it('list every Chinese page once, and English ones that exist', () => {
    const chinese = listed('zh');
    expect(chinese.filter(isChinese).sort()).toEqual(files.filter(isChinese));
    expect(chinese.filter((file) => !files.includes(file))).toEqual([]);
  });
});
