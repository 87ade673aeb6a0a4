import { launchChromium, startProcess } from '@tetracast/testing';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { DESKTOP, expectNoFlaws, PHONE } from './browsers/axe';
import { newChromiumPage } from './browsers/chromium-page';
import { describeAnswer } from './browsers/describe-answer';
import { describeDemos } from './browsers/describe-demos';
import { describeFaults } from './browsers/describe-faults';
import { faultsUrl, type LabSite, mintToken, ROOT, STANDALONE, startLab } from './browsers/lab-site';
import { ScriptedModel } from './browsers/scripted-model';
import { LabPage, PANELS } from './lab-page';
import { SERVICES } from './system';

let site: LabSite;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  const model = await ScriptedModel.start();
  const [service, launched] = await Promise.all([startLab(model), launchChromium()]);
  browser = launched;
  context = await browser.newContext();
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: service.url });
  site = { service, model, newPage: () => newChromiumPage(context) };
});

afterAll(async () => {
  await browser.close();
  await site.service[Symbol.asyncDispose]();
  await site.model[Symbol.asyncDispose]();
});

async function openLab(channel: string, language: string): Promise<LabPage> {
  const lab = new LabPage(await context.newPage());
  await lab.open(faultsUrl(site.service, channel, language));
  return lab;
}

describeFaults('Chromium', () => site);

describe('the code of a panel', () => {
  it('is copied, and opens in a page that works', async () => {
    const lab = await openLab('copies', 'en');
    for (const panel of PANELS) {
      await lab.part(panel, 'source').click();
      const code = lab.part(panel, 'code');
      await code.getByText('export function').first().waitFor();
      await code.locator('[data-role="copy"]').click();
      await code.getByText('Copied').waitFor();
      const copied = await lab.page.evaluate(() => navigator.clipboard.readText());
      expect(copied).toBe(await (await fetch(`${site.service.url}/transports/${panel}.js`)).text());
      const opened = lab.page.context().waitForEvent('page');
      await code.locator('[data-role="single"]').click();
      const single = await opened;
      expect(single.url()).toContain(`/lab/${panel}.html`);
      await single.locator('body[data-state="connected"]').waitFor();
      await single.locator('[data-role="text"]').fill(`alone: ${panel}`);
      await single.locator('form button').click();
      await single.locator('li', { hasText: `alone: ${panel}` }).waitFor();
      await lab.shows(panel, `alone: ${panel}`);
      const back = single.getByRole('link', { name: 'To the lab' });
      expect(await back.evaluate((link) => (link as HTMLAnchorElement).href)).toBe(
        `${site.service.url}/?lang=en&faults=on`,
      );
      await single.close();
      await code.locator('form button').last().click();
    }
    await lab.page.close();
  });
});

describe('access', () => {
  it.each(['en', 'zh'])('axe-core finds no flaw in the faults and in one transport alone: %s', async (language) => {
    const lab = await openLab(`axe-${language}`, language);
    await lab.page.locator('#faults [data-fault="cut-all"]').click();
    for (const panel of PANELS) await lab.page.locator(`[data-log="${panel}"] li[data-from="proxy"]`).first().waitFor();
    await lab.page.locator('[data-role="charts"][data-drawn]').waitFor();
    await expectNoFlaws(lab.page, [DESKTOP, PHONE]);
    await lab.page.locator('[data-log="websocket"] [data-role="wire-open"]').click();
    await lab.page.locator('[data-role="wire"] li').first().waitFor();
    await expectNoFlaws(lab.page, [DESKTOP, PHONE]);
    await lab.page.goto(`${site.service.url}/lab/websocket.html`);
    await lab.page.locator('body[data-state="connected"]').waitFor();
    await lab.page.locator('[data-role="text"]').fill('alone');
    await lab.page.locator('form button').click();
    await lab.page.locator('li', { hasText: 'alone' }).waitFor();
    await expectNoFlaws(lab.page, [DESKTOP, PHONE]);
    await lab.page.close();
  });

  it.each(['en', 'zh'])('axe-core finds no flaw in the demos: %s', async (language) => {
    const page = await context.newPage();
    await page.goto(`${site.service.url}/demos/chat.html?lang=${language}`);
    await page.locator('#state', { hasText: /\S/ }).waitFor();
    await page.locator('#name').fill('Ann');
    await page.locator('#text').fill('hello');
    await page.locator('form button').click();
    await page.locator('li', { hasText: 'Ann: hello' }).first().waitFor();
    await page.locator('code', { hasText: 'socket' }).waitFor();
    await expectNoFlaws(page, [DESKTOP, PHONE]);
    await page.goto(`${site.service.url}/demos/ticker.html?lang=${language}`);
    await page.locator('#log li').first().waitFor();
    await page.locator('code', { hasText: 'socket' }).waitFor();
    await expectNoFlaws(page, [DESKTOP, PHONE]);
    await page.goto(`${site.service.url}/demos/answer.html?lang=${language}#token=${mintToken('--relay', 'demo')}`);
    await page.locator('#ask:enabled').click();
    await page.locator('#stop:enabled').waitFor();
    site.model.write('a word');
    site.model.end();
    await page.locator('#stop:disabled').waitFor();
    await page.locator('code', { hasText: 'loadTransport' }).waitFor();
    await expectNoFlaws(page, [DESKTOP, PHONE]);
    await page.close();
  });
});

describe('what is deployed', () => {
  it.each(SERVICES)('has no fault proxy, and no demo model: %s', (name) => {
    const bundle = (app: string): string => readFileSync(resolve(ROOT, 'dist/apps', app, 'main.cjs'), 'utf8');
    for (const part of ['x-lab-secret', 'There is no best one of the four']) {
      expect(bundle('standalone')).toContain(part);
      expect(bundle(name)).not.toContain(part);
    }
  });

  it('has none in one process either, without the flag of `npm start`', async () => {
    await using plain = await startProcess({ file: STANDALONE });
    const page = { 'sec-fetch-site': 'same-origin' };
    expect(await (await fetch(`${plain.url}/faults.json`, { headers: page })).json()).toBeNull();
    expect((await fetch(`${plain.url}/lab/wire`, { headers: page })).status).toBe(404);
    const demo = await context.newPage();
    await demo.goto(`${plain.url}/demos/answer.html?lang=en`);
    await demo.locator('#ask:enabled').click();
    await demo.locator('#state', { hasText: /^No answer: .* the operator sets RELAY_DEMO/ }).waitFor();
    await demo.close();
  });
});

describe('the code of the demos', () => {
  it.each(['chat.js', 'ticker.js', 'answer.js'])('has at most 60 lines, without a framework: %s', (file) => {
    const code = readFileSync(resolve(ROOT, 'apps/web/src/public/demos', file), 'utf8');
    expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });
});

describeAnswer('Chromium', () => site);
describeDemos('Chromium', () => site);
