import {
  AWKWARD_STRINGS,
  AWKWARD_VALUES,
  launchChromium,
  publishJson,
  type ServiceProcess,
  uniqueChannel,
  startTogether,
} from '@tetracast/testing';
import type { Browser, Page } from 'playwright-core';
import { startService } from './system';

let service: ServiceProcess;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [service, browser] = await startTogether(startService('standalone'), launchChromium());
  page = await browser.newPage();
  await page.goto(`${service.url}/healthz`); // a page of the same origin
  await page.addScriptTag({ url: `${service.url}/socket.io/socket.io.js` });
});

afterAll(async () => {
  await browser.close();
  await service[Symbol.asyncDispose]();
});

interface Wanted {
  readonly channel: string;
  readonly count: number;
}

/** A message as the page got it: its id, and its data as text. */
type Received = readonly [id: string, data: string];

/** Stored on one channel; what a page must get of it. */
async function publishAwkward(): Promise<{ channel: string; published: Received[] }> {
  const channel = uniqueChannel();
  const published: Received[] = [];
  for (const data of Object.values({ ...AWKWARD_STRINGS, ...AWKWARD_VALUES })) {
    const { id } = await publishJson(`${service.url}/polling`, { channel, data });
    published.push([id, JSON.stringify(data)]);
  }
  return { channel, published };
}

/** Run in the page: each opens what the browser has, or the stock client's bundle, and resolves with the first `count` messages. */
const CLIENTS: Readonly<Record<string, (wanted: Wanted) => Promise<Received[]>>> = {
  EventSource: ({ channel, count }) =>
    new Promise((resolve) => {
      const received: Received[] = [];
      const source = new EventSource(`/sse?channel=${channel}&after=earliest`);
      source.onmessage = ({ lastEventId, data }) => {
        received.push([lastEventId, JSON.stringify((JSON.parse(data as string) as { data: unknown }).data)]);
        if (received.length < count) return;
        source.close();
        resolve(received);
      };
    }),
  WebSocket: ({ channel, count }) =>
    new Promise((resolve) => {
      const received: Received[] = [];
      const socket = new WebSocket(`ws://${location.host}/ws?channel=${channel}&after=earliest`);
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data as string) as { type: string; id: string; data: unknown };
        if (frame.type === 'message') received.push([frame.id, JSON.stringify(frame.data)]);
        if (received.length < count) return;
        socket.close();
        resolve(received);
      };
    }),
  'socket.io-client': ({ channel, count }) =>
    new Promise((resolve) => {
      interface Client {
        on(event: string, listener: (data: unknown, info: unknown, cursor: string) => void): void;
        disconnect(): void;
      }
      const { io } = globalThis as unknown as { io: (options: object) => Client };
      const received: Received[] = [];
      const socket = io({ auth: { channels: [channel], after: 'earliest' } });
      socket.on('message', (data, _info, cursor) => {
        received.push([cursor, JSON.stringify(data)]);
        if (received.length < count) return;
        socket.disconnect();
        resolve(received);
      });
    }),
};

it.each(Object.entries(CLIENTS))(
  '%s in Chromium gets every awkward payload as it was published',
  async (_, receive) => {
    const { channel, published } = await publishAwkward();

    expect(await page.evaluate(receive, { channel, count: published.length })).toEqual(published);
  },
);
