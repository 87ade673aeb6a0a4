/** The part of compose-check.mjs about the lab page where tokens are needed: opened in Chromium, used as by a person. */
import { chromium } from 'playwright-core';

import { findProgram } from './binaries.mjs';
import { until } from './compose-clients.mjs';

const CHANNEL = 'chat:lab';
const PANELS = ['polling', 'sse', 'websocket', 'socketio', 'sdk'];
/** What each panel shows without a token. */
const REFUSAL = /the server refuses: .*token/i;
const WAIT_MS = 30_000;

/** `mint` is `npm run token` with these options. */
export async function checkLab(check, expect, gateway, mint) {
  const url = `${gateway}/?channel=${CHANNEL}`;

  await check('lab page: without a token no panel connects, and they say why', () =>
    withPage(async (page) => {
      await page.goto(url);
      for (const panel of PANELS) await part(page, panel, 'note').filter({ hasText: REFUSAL }).waitFor();
      expect((await page.locator('[data-state="connected"]').count()) === 0, 'a panel is connected');
    }),
  );

  await check('lab page: with the token typed in, what one panel publishes arrives in all of them', () =>
    withPage(async (page) => {
      await page.goto(url);
      await useToken(page, mint('--sub', 'ann', '--subscribe', 'chat:*', '--publish', CHANNEL));
      for (const from of PANELS) {
        await publish(page, from, `hello from ${from}`);
        for (const panel of PANELS) await section(page, panel, `li[data-text="hello from ${from}"]`).waitFor();
      }
    }),
  );

  await check('lab page: with a token for reading it shows what was said, and publishes nothing', () =>
    withPage(async (page) => {
      await page.goto(`${url}&after=earliest`);
      await useToken(page, mint('--sub', 'ben', '--subscribe', 'chat:*'));
      for (const panel of PANELS) {
        await publish(page, panel, 'not mine to say');
        await part(page, panel, 'note').filter({ hasText: 'does not allow' }).waitFor();
      }
      const texts = () => page.locator('li[data-text]').evaluateAll((rows) => rows.map(({ dataset }) => dataset.text));
      const wanted = PANELS.flatMap((from) => PANELS.map(() => `hello from ${from}`));
      let seen = [];
      await until(
        async () => (seen = await texts()).toSorted().join() === wanted.toSorted().join(),
        () => seen.join(),
      );
    }),
  );
}

async function withPage(use) {
  const executablePath = findProgram('chromium');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(WAIT_MS);
    await use(page);
  } finally {
    await browser.close();
  }
}

const section = (page, panel, rest) => page.locator(`section[data-transport="${panel}"] ${rest}`);
const part = (page, panel, role) => section(page, panel, `[data-role="${role}"]`);

/** Types it into the bar; the page starts again with it. */
async function useToken(page, token) {
  await page.locator('[data-role="token"]').fill(token);
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Use', exact: true }).click()]);
  for (const panel of PANELS)
    await page.locator(`section[data-transport="${panel}"][data-state="connected"]`).waitFor();
}

async function publish(page, panel, text) {
  await part(page, panel, 'publish-text').fill(text);
  await part(page, panel, 'publish').click();
}
