import { firstSentence, llmsFullTxt, llmsTxt } from '../src/llms';

const start = { title: 'Start', file: 'start.md', markdown: '# Start\n\nFrom a clone to a chat. Ten minutes.\n' };
const empty = { title: 'None', file: 'none.md', markdown: '# None\n' };

describe('llms.txt', () => {
  it('lists the pages by section, each with its first sentence', () => {
    expect(llmsTxt('Publish once.', [{ text: 'Learn', pages: [start, empty] }])).toBe(
      '# Tetracast\n\n> Publish once.\n\n## Learn\n\n- [Start](start.md): From a clone to a chat.\n- [None](none.md)\n',
    );
  });

  it('is followed by the pages themselves in llms-full.txt', () => {
    expect(llmsFullTxt([start, empty])).toBe(
      '<!-- start.md -->\n\n# Start\n\nFrom a clone to a chat. Ten minutes.\n\n<!-- none.md -->\n\n# None\n',
    );
  });
});

describe('firstSentence', () => {
  it.each([
    ['# A\n\nOne idea: **a [cursor](x.md#y)\nover** the log. More.', 'One idea: a cursor over the log.'],
    ['# A\n\n**Context.** A subscriber reads. More.', 'A subscriber reads.'],
    ['# 开始\n\n十分钟。然后继续。', '十分钟。'],
    ['# A\n\n```js run\ncode()\n```\n\n`wait` asks 1.5 s. Then', '`wait` asks 1.5 s.'],
    ['# A\n\nNo full stop', 'No full stop'],
  ])('of %j is %j', (markdown, sentence) => {
    expect(firstSentence(markdown)).toBe(sentence);
  });
});
