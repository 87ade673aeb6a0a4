import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { streamUrl } from './event-stream.mjs';
import { reportMessage, reportReset, reportSubscribed, url } from './report.mjs';

// In a browser: jsdom's XMLHttpRequest, which it stands on, says nothing of a chunked answer that is cut.
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});
const page = await browser.newPage();
await page.exposeFunction('report', (kind, data, cursor) => {
  if (kind === 'open') reportSubscribed();
  else if (kind === 'message') reportMessage(data, cursor);
  else reportReset(data);
});
// A page of the server's origin that has no policy of its own.
await page.goto(`${url}/healthz`);
await page.evaluate(
  async ([library, stream]) => {
    const { SSE } = await import(URL.createObjectURL(new Blob([library], { type: 'text/javascript' })));
    const source = new SSE(stream, { autoReconnect: true });
    for (const event of ['open', 'message', 'tetracast:reset']) {
      source.addEventListener(event, ({ data, lastEventId }) => globalThis.report(event, data, lastEventId));
    }
  },
  [readFileSync(fileURLToPath(import.meta.resolve('sse.js')), 'utf8'), streamUrl],
);
