import { launchChromium, NO_LIMITS, type ServiceProcess, startTogether } from '@tetracast/testing';
import type { Browser } from 'playwright-core';
import { DESKTOP, expectNoFlaws, findFlaws, PHONE } from './browsers/axe';
import { LabPage, PANELS, type PanelName, TRANSPORTS } from './lab-page';
import { startService } from './system';

const BUDGET_BYTES = 200_000;

let standalone: ServiceProcess;
let browser: Browser;

beforeAll(async () => {
  [standalone, browser] = await startTogether(startService('standalone', NO_LIMITS), launchChromium());
});

afterAll(async () => {
  await browser.close();
  await standalone[Symbol.asyncDispose]();
});

async function openLab(channel: string, query = ''): Promise<LabPage> {
  const lab = new LabPage(await browser.newPage({ viewport: DESKTOP }));
  await lab.open(`${standalone.url}/?channel=${channel}${query}`);
  return lab;
}

async function close(lab: LabPage): Promise<void> {
  expect(lab.failures).toEqual([]);
  await lab.page.close();
}

/** The arrows of a panel's diagram: direction, kind and label. */
async function arrowsOf(lab: LabPage, panel: PanelName): Promise<string[]> {
  return lab
    .part(panel, 'arrows')
    .locator('li')
    .evaluateAll((rows) => rows.map(({ classList, textContent }) => `${classList[1]} ${classList[2]} ${textContent}`));
}

const arrow = (lab: LabPage, panel: PanelName, text: string): Promise<void> =>
  lab.part(panel, 'arrows').locator('li').filter({ hasText: text }).last().waitFor({ state: 'attached' });

const cell = (lab: LabPage, panel: PanelName, column: number): Promise<string> =>
  lab.page.locator(`tr[data-costs="${panel}"] td`).nth(column).innerText();

describe('the diagrams', () => {
  it('show an arrow per message, in the direction in which it crossed the wire', async () => {
    const lab = await openLab('arrows');

    await lab.publish('websocket', 'hi');
    await arrow(lab, 'websocket', 'ack');
    for (const panel of PANELS) await lab.shows(panel, 'hi');
    await arrow(lab, 'polling', '1 message');

    const [polling, sse, websocket, socketio, sdk] = await Promise.all(PANELS.map((panel) => arrowsOf(lab, panel)));
    expect(sse).toEqual(['up request GET /sse', 'down response 200 text/event-stream', 'down event event · hi']);
    expect(polling!.slice(0, 4)).toEqual([
      'up request GET /polling',
      'down response 200 · empty',
      'up request GET /polling?wait=25',
      'down response 200 · 1 message',
    ]);
    expect(websocket!.slice(0, 7)).toEqual([
      'up request GET /ws · upgrade',
      'down response 101 Switching Protocols',
      'up frame ping',
      'down frame welcome',
      'down frame subscribed',
      'down frame pong',
      'up frame publish · hi',
    ]);
    expect(websocket!.slice(7).toSorted()).toEqual(['down frame ack', 'down frame message · hi']);
    expect(socketio).toContain('down frame message · hi');
    expect(sdk!.slice(0, 2)).toEqual(['up request GET /ws · upgrade', 'down response 101 Switching Protocols']);
    expect(sdk).toEqual(expect.arrayContaining(['up frame subscribe', 'down frame message · hi']));
    await close(lab);
  });

  it('show that publishing beside an event stream takes another request, and the end of what is cut', async () => {
    const lab = await openLab('simplex');

    await lab.publish('sse', 'hi');
    await arrow(lab, 'sse', '201');
    await lab.shows('sse', 'hi');
    await lab.setCut('sse', true);

    const arrows = await arrowsOf(lab, 'sse');
    expect(arrows).toContain('up request POST /sse');
    expect(arrows.at(-1)).toBe('none end close');
    expect(arrows.filter((each) => each.startsWith('up'))).toHaveLength(2);
    await close(lab);
  });

  it('begin with the first request, to which a reader scrolls back', async () => {
    const lab = await openLab('beginning');
    await lab.publish('socketio', 'hi');
    await arrow(lab, 'socketio', 'message · hi');
    const box = lab.part('socketio', 'arrows').locator('..');
    expect(await box.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0);
    await box.evaluate(async (element) => {
      const scrolled = new Promise((resolve) => element.addEventListener('scroll', resolve, { once: true }));
      element.scrollTop = 0;
      await scrolled;
    });

    await lab.publish('socketio', 'ho');
    await arrow(lab, 'socketio', 'message · ho');

    expect(await box.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
    expect((await arrowsOf(lab, 'socketio'))[0]).toMatch(/^up request GET \/socket\.io/);
    await close(lab);
  });

  it('count the empty answers of short polls', async () => {
    const lab = await openLab('empty');

    await lab.part('polling', 'short').setChecked(true, { force: true });
    const carried = lab.part('polling', 'carried');
    await carried.getByText('3 of 3').waitFor();

    expect(await arrowsOf(lab, 'polling')).toContain('down response 200 · empty');
    expect(Number(await lab.part('polling', 'requests').innerText())).toBeGreaterThanOrEqual(4);
    await close(lab);
  });

  it('move only for readers who have not asked for less motion', async () => {
    const lab = await openLab('motion');
    const animation = (): Promise<string> =>
      lab
        .part('sse', 'arrows')
        .locator('li')
        .last()
        .evaluate((row) => getComputedStyle(row, '::before').animationName);

    expect(await animation()).toBe('fly');
    await lab.page.emulateMedia({ reducedMotion: 'reduce' });

    expect(await animation()).toBe('none');
    await close(lab);
  });
});

describe('what 100 messages cost', () => {
  it('is measured, drawn and said, with where the bytes come from', async () => {
    const lab = await openLab('costs');
    await lab.page.locator('[data-role="charts"][data-drawn]').waitFor();

    // A figure is worth showing from 20 messages on: until then only the bar moves.
    await lab.page.locator('[data-role="measure-progress"]').evaluate((bar: HTMLProgressElement) => {
      const seen: number[] = [];
      new MutationObserver(() => bar.hidden || seen.push(bar.value)).observe(bar, { attributes: true });
      Object.assign(window, { seen });
    });
    await lab.page.locator('[data-role="measure"]').click();
    for (let row = 0; row < 100; row += 1) {
      for (const panel of PANELS)
        await lab.part(panel, 'messages').locator('li').nth(row).waitFor({ state: 'attached' });
    }
    await lab.page.getByText('Measured: 100 messages').waitFor();
    const seen = await lab.page.evaluate(() => (window as unknown as { seen: number[] }).seen);
    expect([...new Set(seen)].length).toBeGreaterThan(50);
    await lab.page.locator('[data-role="measure-progress"]').waitFor({ state: 'hidden' });

    expect(Number(await cell(lab, 'polling', 0))).toBeGreaterThan(0);
    for (const panel of ['sse', 'websocket', 'socketio'] as const) expect(await cell(lab, panel, 0)).toBe('0');
    for (const panel of ['polling', 'sse'] as const) expect(await cell(lab, panel, 2)).toBe('100');
    for (const panel of ['websocket', 'socketio'] as const) expect(await cell(lab, panel, 2)).toBe('0');
    for (const panel of TRANSPORTS) {
      expect(await cell(lab, panel, 1)).toMatch(/^[\d.]+ kB$/);
      expect(await cell(lab, panel, 3)).toMatch(/^[\d.]+ kB$/);
      expect(await cell(lab, panel, 4)).toMatch(/^[\d.]+ (?:ms|s)$/);
    }
    expect(await lab.page.locator('[data-role="charts"] canvas').count()).toBe(3);
    expect(await lab.page.locator('[data-role="bytes-source"]').innerText()).toMatch(
      /[\d.]+ kB measured by the browser/,
    );
    await close(lab);
  });
});

describe('the same-origin rule', () => {
  it('is shown by the same requests with and without the origin of the page', async () => {
    const lab = await openLab('origin');
    await lab.page.locator('[data-role="other-origin"]').click();
    const outcomesOf = (origin: string): Promise<string[]> =>
      lab.page.locator(`[data-origin="${origin}"] li`).allInnerTexts();

    await lab.page.locator('[data-origin="own"] li').nth(2).waitFor();
    await lab.page.locator('[data-origin="other"] li').nth(2).waitFor();

    expect(await outcomesOf('own')).toEqual(['fetch: 200 OK', 'EventSource: open', 'WebSocket: open']);
    expect(await outcomesOf('other')).toEqual([
      'fetch: TypeError: Failed to fetch',
      'EventSource: error',
      'WebSocket: error',
    ]);
    await lab.page.frameLocator('[data-origin="other"] iframe').getByText('forbidden_origin').first().waitFor();
    expect(await lab.page.locator('li[data-id]').count()).toBe(0);
    await lab.page.close();
  });
});

describe('the languages', () => {
  it('follow the browser, then the address, which is remembered', async () => {
    const context = await browser.newContext({ locale: 'zh-CN' });
    const lab = new LabPage(await context.newPage());
    const heading = (): Promise<string> => lab.page.locator('#costs-title').innerText();

    await lab.open(`${standalone.url}/`);
    expect([await heading(), await lab.page.locator('html').getAttribute('lang')]).toEqual([
      '100 条消息的代价',
      'zh-Hans',
    ]);

    await lab.page.getByRole('link', { name: 'English' }).click();
    await lab.becomes('sse', 'connected');
    expect([await heading(), await lab.page.locator('html').getAttribute('lang')]).toEqual([
      'What 100 messages cost',
      'en',
    ]);

    await lab.open(`${standalone.url}/`);
    expect(await heading()).toBe('What 100 messages cost');
    await context.close();
  });
});

describe('a phone', () => {
  it('has one panel in view, and tabs that lead to the others', async () => {
    const lab = await openLab('tabs');
    await lab.page.setViewportSize(PHONE);
    await lab.page.locator('[data-role="tabs"] a[data-in-view]').and(lab.page.locator('[href="#polling"]')).waitFor();
    const tabInView = lab.page.locator('[data-role="tabs"] a[data-in-view]');

    for (const [index, panel] of PANELS.entries()) {
      await lab.page.locator('[data-role="tabs"] a').nth(index).click();
      await tabInView.and(lab.page.locator(`[href="#${panel}"]`)).waitFor();
    }

    const isTooWide = await lab.page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(isTooWide).toBe(false);
    await close(lab);
  });
});

describe('access', () => {
  it.each(['en', 'zh'])('has no flaw that axe-core finds in %s: both themes, both widths', async (language) => {
    const lab = await openLab(`axe-${language}`, `&lang=${language}`);
    await lab.page.locator('[data-role="charts"][data-drawn]').waitFor();
    await lab.publish('sse', 'hi');
    await lab.publish('websocket', 'hello');
    for (const panel of PANELS) await lab.shows(panel, 'hello');
    await lab.setCut('sse', true);
    await expectNoFlaws(lab.page, [DESKTOP, PHONE]);
    await lab.part('polling', 'source').click();
    await lab.part('polling', 'code').getByText('$.ajax').first().waitFor();
    expect(await findFlaws(lab.page)).toEqual([]);
    await close(lab);
  });
});

describe('the first paint', () => {
  it('moves nothing afterwards, and takes at most 200 kB before the charts', async () => {
    const page = await browser.newPage({ viewport: DESKTOP });
    await page.addInitScript(() => {
      const shifts: number[] = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
      Object.assign(window, { shifts });
    });
    const lab = new LabPage(page);
    await lab.open(`${standalone.url}/?channel=budget`);
    await page.locator('[data-role="charts"][data-drawn]').waitFor();

    const { bytes, shifts } = await page.evaluate(() => {
      const entries = performance
        .getEntries()
        .filter((entry) => entry instanceof PerformanceResourceTiming)
        .filter(({ name }) => !name.includes('uPlot'));
      const transferred = entries.reduce((sum, { transferSize }) => sum + transferSize, 0);
      return { bytes: transferred, shifts: (window as unknown as { shifts: number[] }).shifts };
    });

    expect(shifts).toEqual([]);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(BUDGET_BYTES);
    await close(lab);
  });
});
