import type { DrivenPage } from './driven-page';
import { type LabSite, publish, startLab } from './lab-site';

/** The suite of the demos, the same in every browser. Its last test replaces the service. */
export function describeDemos(browser: string, site: () => LabSite): void {
  describe(`the demos, in ${browser}`, () => {
    it('the chat room shows what is said now, and what was said before', async () => {
      const { service } = site();
      const ann = await site().newPage();
      await ann.open(`${service.url}/demos/chat.html?lang=en`);
      await ann.waitFor('#state', 'connected');
      await say(ann, 'Ann', 'is anyone here?');
      const ben = await site().newPage();
      await ben.open(`${service.url}/demos/chat.html?lang=zh&faults=on`);
      await ben.waitFor('li', 'Ann: is anyone here?');
      await ben.waitFor('h1', '聊天室');
      await say(ben, 'Ben', '<b>yes</b>');
      await ann.waitFor('li', 'Ben: <b>yes</b>');
      await ann.waitFor('pre code', "socket.on('message'");
      await ann.waitFor('#who', '2 here: Ann (you), Ben');
      await ben.waitFor('#who', '2 人在线：Ann，Ben（你）');
      await ben.waitFor('#state', '已连接');
      await ben.waitFor('main a', '回到实验页面');
      expect(await ben.evaluate(`document.querySelector('main a').href`)).toBe(`${service.url}/?lang=zh&faults=on`);
      expect(
        await ben.evaluate(`performance.getEntriesByType('resource').map(({ name }) => name).join()`),
      ).not.toContain(`:${service.port}/socket.io/?`);
      await ben.close();
      await ann.waitFor('#who', '1 here: Ann (you)');
      expect([...ann.failures, ...ben.failures]).toEqual([]);
      await ann.close();
    });

    it('the chat room works where the page may not see who is there', async () => {
      const page = await site().newPage();
      await page.open(`${site().service.url}/demos/chat.html?lang=en&room=hidden`);
      await page.waitFor('#state', 'connected');
      await say(page, 'Ann', 'nobody knows that I am here');
      await page.waitFor('li', 'Ann: nobody knows that I am here');
      expect(await page.evaluate(`document.querySelector('#who').textContent`)).toBe('');
      await page.close();
    });

    it('the ticker survives the sleep of a laptop, and a server that has lost its prices meanwhile', async () => {
      const page = await site().newPage();
      await page.open(`${site().service.url}/demos/ticker.html?lang=en`);
      await page.waitFor('#log li', 'connected');
      await page.waitFor('#price', /\d/);
      await page.setChecked('#maker', false);
      // The lid is closed for an hour: no timer of the page runs, and when it is opened the clock has moved on.
      await page.evaluate('Object.assign(Date, { now: ((now) => () => now() + 3_600_000)(Date.now) }) && null');
      await page.waitFor('#log li', /silent for 10 s.*from cursor \S+-\d/);
      await page.waitFor('#log li ~ li ~ li', 'connected');
      await site().service.stop();
      await page.waitFor('#log li', /connection lost \(1\d\d\d\)/);
      site().service = await startLab(site().model, site().service.port);
      await page.waitFor('#log li', 'reset (epoch)');
      await publish(site().service, 'prices', '123.4');
      await page.waitFor('#price', '123.40');
      expect(await page.evaluate(`document.querySelector('#state').textContent`)).toMatch(/^reset|^connected/);
      await page.close();
    });
  });
}

async function say(page: DrivenPage, name: string, text: string): Promise<void> {
  await page.fill('#name', name);
  await page.fill('#text', text);
  await page.click('form button');
}
