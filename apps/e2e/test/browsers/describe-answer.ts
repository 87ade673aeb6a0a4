import type { DrivenPage } from './driven-page';
import { type LabSite, mintToken } from './lab-site';

/** Some have several bytes of UTF-8, and one several units of UTF-16. */
const WORDS = [
  'Simplex — „one way“, ',
  'half duplex: 轮流， ',
  'full duplex: both 🎉\n',
  'and so on, ',
  'to the last word.',
];

/** The suite of the demo with an answer that goes on, the same in every browser. */
export function describeAnswer(browser: string, site: () => LabSite): void {
  const open = async (hash = ''): Promise<DrivenPage> => {
    const page = await site().newPage();
    await page.open(`${site().service.url}/demos/answer.html?lang=en${hash}`);
    return page;
  };
  const textOf = (page: DrivenPage): Promise<string> => page.evaluate(`document.querySelector('#answer').textContent`);
  const ask = async (page: DrivenPage, question: string): Promise<void> => {
    await page.fill('#question', question);
    await page.waitFor('#ask:enabled');
    await page.click('#ask');
    await page.waitFor('#stop:enabled');
  };

  describe(`the answer that goes on, in ${browser}`, () => {
    it('survives a reload, a second tab, and a change of transport in mid-sentence', async () => {
      const { model, service } = site();
      const write = async (index: number, ...pages: DrivenPage[]): Promise<void> => {
        model.write(WORDS[index] ?? '');
        for (const page of pages) await page.waitFor('#answer', (WORDS[index] ?? '').trim());
      };
      const first = await open(`#token=${mintToken('--relay', 'demo')}`);
      await ask(first, 'What is simplex?');
      await write(0, first);
      expect(model.questions.at(-1)).toBe('What is simplex?');
      await first.open(`${service.url}/demos/answer.html?lang=en`);
      await write(1, first);
      const second = await open();
      await second.waitFor('#answer', (WORDS[1] ?? '').trim());
      for (const [index, transport] of (['websocket', 'socketio', 'polling'] as const).entries()) {
        await second.select('#transport', transport);
        await write(index + 2, first, second);
      }
      expect(await second.evaluate(`document.querySelector('#state').textContent`)).toMatch(/^connected/);
      model.end();
      for (const page of [first, second]) {
        await page.waitFor('#state', 'The answer is complete.');
        await page.waitFor('#stop:disabled');
        expect(await textOf(page)).toBe(WORDS.join(''));
        expect(page.failures).toEqual([]);
        await page.close();
      }
    });

    it('is stopped from another tab, and each tab says by whom', async () => {
      const { model } = site();
      const asker = await open(`#token=${mintToken('--relay', 'demo')}`);
      const other = await open();
      await ask(asker, 'Will you ever stop?');
      model.write('never, ');
      await other.waitFor('#answer', 'never, ');
      await other.click('#stop');
      await model.untilLeft();
      await other.waitFor('#state', /^Stopped by tab-\d+ \(you\)\.$/);
      await asker.waitFor('#state', /^Stopped by tab-\d+\.$/);
      for (const page of [asker, other]) {
        expect(await textOf(page)).toBe('never, ');
        expect(page.failures).toEqual([]);
        await page.close();
      }
    });
  });
}
