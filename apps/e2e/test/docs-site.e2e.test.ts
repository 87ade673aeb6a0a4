import { launchChromium, NO_LIMITS, pollUntil, type ServiceProcess, startTogether } from '@tetracast/testing';
import type { Browser, Page } from 'playwright-core';
import { DESKTOP, expectNoFlaws, PHONE } from './browsers/axe';
import { startService } from './system';

let browser: Browser;
let standalone: ServiceProcess;
let page: Page;
const failures: string[] = [];

beforeAll(async () => {
  [browser, standalone] = await startTogether(launchChromium(), startService('standalone', NO_LIMITS));
  const context = await browser.newContext({ colorScheme: 'light' });
  page = await context.newPage();
  page.on('pageerror', (error) => failures.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') failures.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${standalone.url}/`)) failures.push(`asks another origin: ${request.url()}`);
  });
});

afterAll(async () => {
  await Promise.all([browser.close(), standalone[Symbol.asyncDispose]()]);
});

/** A page is alive when its framework has taken it over: before that a click only follows a link. */
async function open(path: string): Promise<void> {
  await page.goto(standalone.url + path);
  // Not `waitForFunction`, which needs `eval` in the page.
  const runs = (): Promise<boolean> => page.evaluate<boolean>('"__vue_app__" in document.querySelector("#app")');
  await pollUntil(runs, (isRunning) => isRunning);
}

async function switchTo(language: string): Promise<void> {
  await page.locator('.VPNavBarTranslations').hover();
  await page.locator('.VPNavBarTranslations').getByRole('link', { name: language }).click();
}

async function search(words: string): Promise<void> {
  await page.locator('.VPNavBarSearch button').first().click();
  await page.locator('.VPLocalSearchBox input').fill(words);
}

/** Chromium reports what the policy forbids as an error of the console. */
function expectNoFailures(): void {
  expect(failures.splice(0)).toEqual([]);
}

describe('the documentation site in Chromium, under its content security policy', () => {
  it('opens a page, and from there the next', async () => {
    await open('/docs/');
    await page.getByRole('link', { name: 'Start' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Start' }).waitFor();
    await page.locator('.VPSidebar').getByText('Concepts', { exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Concepts' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/docs/concepts');
    expectNoFailures();
  });

  it('finds a word without a network beyond the server, and opens where it stands', async () => {
    await open('/docs/start');
    await search('idempotency');
    await page.locator('.VPLocalSearchBox .result').first().click();
    await page.waitForURL(/#./);
    expect((await page.locator('main').innerText()).toLowerCase()).toContain('idempotency');
    expectNoFailures();
  });

  it('puts decision records after the pages that are about the same', async () => {
    await open('/docs/start');
    await search('horizon');
    const results = page.locator('.VPLocalSearchBox .result');
    await results.filter({ hasText: '0009' }).waitFor();
    const addresses = await results.evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
    expect(addresses[0]).not.toContain('/decisions/');
    expectNoFailures();
  });

  it('switches to dark colours, and remembers that', async () => {
    await open('/docs/protocol');
    const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page.locator('.VPNavBarAppearance .VPSwitchAppearance').click();
    await page.locator('html.dark').waitFor();
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await background()).toBe(dark);
    await page.evaluate('localStorage.removeItem("vitepress-theme-appearance")');
    expectNoFailures();
  });

  it('shows the lab on its home page', async () => {
    await open('/docs/');
    const picture = page.locator('.lab-picture img:visible');
    await picture.scrollIntoViewIfNeeded();
    await picture.evaluate((image) => (image as HTMLImageElement).decode());
    await page.locator('.lab-picture').click();
    await page.waitForURL(`${standalone.url}/`);
    expectNoFailures();
  });

  it('opens the same page in Chinese from the menu, or the home page where there is none, and goes back', async () => {
    await open('/docs/start');
    await switchTo('中文');
    await page.getByRole('heading', { level: 1, name: '开始' }).waitFor();
    await switchTo('English');
    await page.getByRole('heading', { level: 1, name: 'Start' }).waitFor();
    await open('/docs/protocol');
    await switchTo('中文');
    await page.locator('html[lang="zh-CN"]').waitFor();
    await page.locator('.VPFeature', { hasText: '概念' }).click();
    await page.getByRole('heading', { level: 1, name: '概念' }).waitFor();
    expectNoFailures();
  });

  it.each([
    ['时刻', '游标是其中的一个时刻'],
    ['重置', '重置（reset）说明可能缺了消息'],
  ])('finds the Chinese word %s', async (word, heading) => {
    await open('/docs/zh/start');
    await search(word);
    await page.locator('.VPLocalSearchBox .result', { hasText: heading }).waitFor();
    expectNoFailures();
  });

  it('hands out its pages as Markdown, and says where they are', async () => {
    await open('/docs/start');
    const markdown = page.getByRole('link', { name: 'This page as Markdown' });
    const answer = await page.request.get(new URL((await markdown.getAttribute('href')) ?? '', page.url()).href);
    expect(answer.headers()['content-type']).toBe('text/markdown; charset=utf-8');
    expect(await answer.text()).toMatch(/^# Start\n/);
    const list = await (await page.request.get(`${standalone.url}/docs/llms.txt`)).text();
    expect(list).toContain('](which-transport.md)');
    expectNoFailures();
  });

  it('fits every page into the width of a phone: what is wider scrolls within itself', async () => {
    await page.setViewportSize(PHONE);
    const list = await (await page.request.get(`${standalone.url}/docs/llms.txt`)).text();
    const paths = Array.from(list.matchAll(/\]\((\S+)\.md\)/g), ([, path]) => `/docs/${path}`);
    expect(paths).toContain('/docs/zh/which-transport');
    const tooWide: string[] = [];
    for (const path of paths) {
      await page.goto(standalone.url + path);
      const hiddenPx = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (hiddenPx > 0) tooWide.push(`${path}: ${hiddenPx} px`);
    }
    await page.setViewportSize(DESKTOP);
    expect(tooWide).toEqual([]);
    expectNoFailures();
  });

  it.each([
    ['/docs/', undefined],
    ['/docs/concepts', 'cursor'],
    ['/docs/zh/', undefined],
    ['/docs/zh/concepts', '游标'],
    ['/docs/nothing', undefined],
  ])('has no flaw that axe-core finds: %s, with the search for %s', async (path, words) => {
    await page.setViewportSize(DESKTOP);
    await open(path);
    await expectNoFlaws(page, [DESKTOP, PHONE]);
    if (words !== undefined) {
      await search(words);
      await page.locator('.VPLocalSearchBox .result').first().waitFor();
      await expectNoFlaws(page, [PHONE, DESKTOP]);
    }
    const isThere = path !== '/docs/nothing';
    expect(failures.splice(0).map((failure) => failure.includes('404'))).toEqual(isThere ? [] : [true]);
  });
});

describe('the page of the server API in Chromium, under its content security policy', () => {
  it('shows the calls, and makes one', async () => {
    await page.goto(`${standalone.url}/api/docs`);
    await page.getByText('List the channels that have messages, or had some').click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByRole('button', { name: 'Execute' }).click();
    await page.locator('.live-responses-table').getByText('200').first().waitFor();
    expect(await page.locator('.live-responses-table').innerText()).toContain('"channels"');
    expectNoFailures();
  });
});
