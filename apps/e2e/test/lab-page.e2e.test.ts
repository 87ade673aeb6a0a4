import type { Browser } from 'playwright-core';
import { launchChromium, type ServiceProcess, startTogether } from '@tetracast/testing';
import { LabPage, type PanelName, PANELS } from './lab-page';
import { startService, startSystem, type System } from './system';

let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await startTogether(startSystem(), launchChromium());
});

afterAll(async () => {
  await browser.close();
  await system[Symbol.asyncDispose]();
});

async function openLab(url = system.url): Promise<LabPage> {
  const lab = new LabPage(await browser.newPage());
  await lab.open(url);
  return lab;
}

describe('the lab page in Chromium, through nginx, with Redis and one process per service', () => {
  it.each(PANELS)('shows a message published in the %s panel in all of them', async (from) => {
    const lab = await openLab(`${system.url}/?channel=from-${from}`);
    await lab.publish(from, `hello from ${from}`);
    for (const panel of PANELS) await lab.shows(panel, `hello from ${from}`);
    expect(lab.failures).toEqual([]);
    await lab.page.close();
  });

  it('fills the hole in every panel when its line is cut and joined again', async () => {
    const lab = await openLab(`${system.url}/?channel=cut`);
    await lab.publish('polling', 'before');
    for (const panel of PANELS) await lab.shows(panel, 'before');
    for (const cut of PANELS) {
      const other = cut === 'websocket' ? 'sse' : 'websocket';
      await lab.setCut(cut, true);
      for (const n of [1, 2, 3]) {
        await lab.publish(other, `${cut} missed ${n}`);
        await lab.shows(other, `${cut} missed ${n}`);
      }
      await lab.setCut(cut, false);
      await lab.shows(cut, `${cut} missed 3`);
    }
    const all = ['before', ...PANELS.flatMap((cut) => [1, 2, 3].map((n) => `${cut} missed ${n}`))];
    for (const panel of PANELS) {
      await lab.shows(panel, 'sdk missed 3');
      expect(await lab.texts(panel)).toEqual(all);
      await lab.part(panel, 'verdict').and(lab.page.locator('[data-verdict="complete"]')).waitFor();
    }
    expect(lab.failures).toEqual([]);
    await lab.page.close();
  });

  it('shows which transport the SDK uses, and why', async () => {
    const lab = await openLab();
    await lab.panel('sdk').and(lab.page.locator('[data-over="websocket"]')).waitFor();
    await lab.part('sdk', 'carried').filter({ hasText: 'WebSocket' }).waitFor();
    expect(await lab.part('sdk', 'fact').innerText()).toBe('WebSocket is the first choice of the SDK, and works');
    await lab.page.close();
  });

  it('shows the code that runs', async () => {
    const lab = await openLab();
    await lab.part('sse', 'source').click();
    const code = lab.part('sse', 'code');
    await code.getByText('new EventSource').first().waitFor();
    expect(await code.textContent()).toContain(await (await fetch(`${system.url}/transports/sse.js`)).text());
    await lab.page.close();
  });
});

describe('the policy of the lab page', () => {
  it.each<[string, string, () => void]>([
    [
      'a script',
      'script-src-elem: inline',
      () => document.head.append(Object.assign(document.createElement('script'), { text: '0' })),
    ],
    ['an event handler', 'script-src-attr: inline', () => document.body.setAttribute('onclick', '0')],
    ['a style', 'style-src-attr: inline', () => document.body.setAttribute('style', 'color: red')],
    [
      'a connection elsewhere',
      'connect-src: http://127.0.0.1:9',
      () => void fetch('http://127.0.0.1:9/').catch(() => 0),
    ],
    [
      'a socket elsewhere',
      'connect-src: ws://127.0.0.1:9',
      () => Object.is(new WebSocket('ws://127.0.0.1:9/'), undefined),
    ],
  ])('has the browser refuse %s that somebody got into it', async (_what, violation, inject) => {
    const lab = await openLab();
    const violated = lab.page.waitForEvent('pageerror', ({ message }) => message.startsWith(`violates ${violation}`));
    await lab.page.evaluate(inject);
    expect((await violated).message).toContain('violates');
    await lab.page.close();
  });
});

describe('the lab page of the standalone process', () => {
  let standalone: ServiceProcess;

  beforeAll(async () => {
    standalone = await startService('standalone');
  });

  afterAll(() => standalone[Symbol.asyncDispose]());

  it('draws nothing of what a reader pastes for another channel', async () => {
    const lab = await openLab(standalone.url);
    await lab.page.evaluate(async (form) => {
      const untilOpen = (target: EventTarget): Promise<unknown> =>
        new Promise((resolve) => target.addEventListener('open', resolve));
      await Promise.all([
        untilOpen(new EventSource('/sse?channel=news')),
        untilOpen(new WebSocket(`ws://${location.host}/ws?channel=news`)),
        fetch('/polling?channel=news'),
        fetch('/polling', { method: 'POST', headers: { 'Content-Type': form }, body: 'channel=news&data=pasted' }),
      ]);
    }, 'application/x-www-form-urlencoded');
    await lab.publish('sse', 'hi');
    for (const panel of PANELS) await lab.shows(panel, 'hi');

    const requests = (panel: PanelName): Promise<string[]> =>
      lab.part(panel, 'arrows').locator('li.up.request').allTextContents();
    expect(await requests('sse')).toEqual(['GET /sse', 'POST /sse']);
    expect(await requests('websocket')).toHaveLength(1);
    expect(await requests('polling')).not.toContain('POST /polling');
    expect(lab.failures).toEqual([]);
    await lab.page.close();
  });

  it('works the same, with nothing else running', async () => {
    const lab = await openLab(standalone.url);
    for (const from of PANELS) {
      await lab.publish(from, `hello from ${from}`);
      for (const panel of PANELS) await lab.shows(panel, `hello from ${from}`);
    }
    expect(lab.failures).toEqual([]);
    await lab.page.close();
  });
});
