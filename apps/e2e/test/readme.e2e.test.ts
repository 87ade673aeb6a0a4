import { launchChromium, NO_LIMITS } from '@tetracast/testing';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { LabPage } from './lab-page';
import { startService } from './system';

const README = readFileSync(resolve(__dirname, '../../../README.md'), 'utf8');

/** The `js` blocks of one section, in their order. */
function scriptsIn(section: string): string[] {
  const text = README.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/^```js\n([^]*?)^```/gm)].map(([, script = '']) => script);
}

const LOGS = ['polling', 'SSE', 'WebSocket', 'Socket.IO'];

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
});

describe('the scripts of README.md', () => {
  it('receive on each of the four transports what the README publishes, pasted as they are', async () => {
    await using standalone = await startService('standalone', NO_LIMITS);
    const lab = new LabPage(await browser.newPage());
    await lab.open(standalone.url);
    const { page } = lab;

    const subscribers = scriptsIn('Receive');
    const [publish = ''] = scriptsIn('Publish');
    expect(subscribers).toHaveLength(3);
    for (const script of subscribers) await page.evaluate(script);

    const missing = new Set(LOGS.map((name) => `${name} hello`));
    page.on('console', (message) => missing.delete(message.text()));
    // A subscriber that is still connecting misses a message: publishes until every subscriber has logged one.
    while (missing.size > 0) await page.evaluate(`${publish.trim().replace(/;$/, '')}.promise()`);
    expect(lab.failures).toEqual([]);
    await page.close();
  });
});
