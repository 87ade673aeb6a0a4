import type { Browser, CDPSession, Page } from 'playwright-core';
import { launchChromium, openTcpSwitch, type ServiceProcess, startTogether, type TcpSwitch } from '@tetracast/testing';
import { startService } from './system';

let service: ServiceProcess;
let tcpSwitch: TcpSwitch;
let browser: Browser;

beforeAll(async () => {
  [service, browser] = await startTogether(startService('sse', { SSE_RETRY_INTERVAL: '100ms' }), launchChromium());
  tcpSwitch = await openTcpSwitch(service.port);
});

afterAll(async () => {
  await browser.close();
  await tcpSwitch[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

/** What the page's own script keeps; it survives in `window`, since the page is never left. */
interface StreamRecord {
  readonly received: string[];
  opened: number;
  failed: number;
}

declare global {
  interface Window {
    record: StreamRecord;
  }
}

async function openStream(page: Page, channel: string): Promise<void> {
  await page.evaluate((name) => {
    const record: StreamRecord = { received: [], opened: 0, failed: 0 };
    const source = new EventSource(`/sse?format=data&channel=${name}`);
    source.onopen = () => record.opened++;
    source.onerror = () => record.failed++;
    source.onmessage = ({ data }) => record.received.push(data as string);
    window.record = record;
  }, channel);
}

async function publish(channel: string, data: string): Promise<void> {
  const answer = await fetch(`${service.url}/sse`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel, data }),
  });
  expect(answer.ok).toBe(true);
}

/** Resolves when the page has the first bytes of a stream's body; `EventSource` has no event for it. */
async function firstBytes(devtools: CDPSession): Promise<void> {
  const streams = new Set<string>();
  devtools.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (new URL(request.url).pathname === '/sse') streams.add(requestId);
  });
  await new Promise<void>((resolve) => {
    devtools.on('Network.dataReceived', ({ requestId, dataLength }) => {
      if (dataLength > 0 && streams.has(requestId)) resolve();
    });
  });
}

it('Chromium keeps the id of a block without data: cut before the first message, it misses nothing', async () => {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${tcpSwitch.port}/healthz`); // a page of the same origin
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  const primed = firstBytes(devtools);
  await openStream(page, 'primed');
  await primed;

  await tcpSwitch.refuse();
  await page.waitForFunction(() => window.record.failed > 0);
  const missed = ['missed 1', 'missed 2', 'missed 3'];
  for (const data of missed) await publish('primed', data);
  expect(await page.evaluate(() => window.record)).toMatchObject({ received: [], opened: 1 });
  await tcpSwitch.listen();
  await page.waitForFunction(() => window.record.opened === 2);
  await publish('primed', 'after');
  await page.waitForFunction(() => window.record.received.includes('after'));

  expect(await page.evaluate(() => window.record.received)).toEqual([...missed, 'after']);
  await page.close();
});
