import { pollUntil, publishJson, type ServiceProcess, uniqueChannel } from '@tetracast/testing';
import { buildSync } from 'esbuild';
import { resolve } from 'node:path';
import type { DrivenPage } from './driven-page';

export interface SdkSite {
  readonly service: ServiceProcess;
  readonly newPage: () => Promise<DrivenPage>;
  /** Sends a signal to all processes of the browser. */
  readonly signal: (signal: NodeJS.Signals) => void;
}

/** Documents that open no connection. */
const PAGE = '/transports/sdk.js';
const NEXT_PAGE = '/transports/polling.js';

/** More than the six connections that a browser opens to a server of HTTP/1.1. */
const TABS_COUNT = 8;
/** Event streams alone, on a machine that is busy with so many pages. */
const STREAMS = { transports: ['sse'], connectTimeoutMs: 60_000, heartbeatTimeoutMs: 60_000 };

/** In the page: the client of all tabs, which the plain script does not have. */
const {
  outputFiles: [TABS],
} = buildSync({
  entryPoints: [resolve(__dirname, '../../../../libs/client/src/tabs.ts')],
  bundle: true,
  write: false,
  format: 'iife',
  globalName: 'TetracastTabs',
});

/** In the page: loads the SDK and subscribes; `untilReceived` resolves with all data once the last of them is `last`. */
const subscribe = (channel: string, create: string, options = {}): string => `(async () => {
  const script = Object.assign(document.createElement('script'), { src: '/tetracast.js' });
  document.head.append(script);
  await new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }));
  ${TABS?.text ?? ''}
  const received = [];
  globalThis.tc = ${create}({ heartbeatTimeoutMs: 4000, connectTimeoutMs: 2000, ...${JSON.stringify(options)} });
  globalThis.untilReceived = (last) => new Promise((resolve) => {
    const look = () => received.at(-1) === last && resolve(received);
    addEventListener('received', look);
    look();
  });
  await new Promise((resolve) => tc.subscribe(${JSON.stringify(channel)}, {
    onBegin: resolve,
    onMessage: ({ data }) => {
      received.push(data);
      dispatchEvent(new Event('received'));
    },
  }));
})()`;

const untilState = (state: string): string => `(async () => {
  for await (const status of tc.statuses()) if (status.state === '${state}') return status.transport;
})()`;

/** Resolves when the service has so many connections: pages that were closed may still have some. */
async function untilConnections({ url }: ServiceProcess, wanted: number): Promise<void> {
  const count = async (): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^tetracast_connections (\d+)$/m.exec(text)?.[1]);
  };
  await pollUntil(count, (open) => open === wanted);
}

interface SdkDriver {
  readonly publish: (channel: string, data: number) => Promise<unknown>;
  /** A page with the client that `create` creates. */
  readonly open: (channel: string, create?: string, options?: object) => Promise<DrivenPage>;
  /** What the page has received, once the last of it is `last`. */
  readonly received: (page: DrivenPage, last: number) => Promise<number[]>;
}

function driveSdk(siteOf: () => SdkSite): SdkDriver {
  return {
    publish: (channel, data) => publishJson(`${siteOf().service.url}/polling`, { channel, data }),
    open: async (channel, create = 'Tetracast.createClient', options = {}) => {
      const { newPage, service } = siteOf();
      const page = await newPage();
      await page.open(service.url + PAGE);
      await page.evaluate(subscribe(channel, create, options));
      return page;
    },
    received: (page, last) => page.evaluate(`untilReceived(${last})`),
  };
}

/** More, for a browser that keeps a page that closes its connection when it is left, and whose driver can take the network. */
export function describeMore(
  name: string,
  siteOf: () => SdkSite,
  setOffline: (isOffline: boolean) => Promise<void>,
): void {
  const { publish, open, received } = driveSdk(siteOf);

  describe(`the SDK in ${name}`, () => {
    it('lets its page into the back/forward cache, and continues where it was when it comes back', async () => {
      const { service } = siteOf();
      const channel = uniqueChannel();
      const page = await open(channel);
      await publish(channel, 1);
      await received(page, 1);
      await page.evaluate(`addEventListener('pageshow', ({ persisted }) => (globalThis.isRestored = persisted))`);
      await page.open(service.url + NEXT_PAGE);
      await publish(channel, 2);
      await page.back();
      await publish(channel, 3);

      // A page that was loaded again has no client.
      expect(await received(page, 3)).toEqual([1, 2, 3]);
      expect(await page.evaluate('isRestored')).toBe(true);
      await page.close();
    });

    it('continues where it was when the network was away', async () => {
      const channel = uniqueChannel();
      const page = await open(channel);
      await publish(channel, 1);
      await received(page, 1);
      const offline = page.evaluate(`new Promise((resolve) => addEventListener('offline', () => resolve(true)))`);
      await setOffline(true);
      await offline;
      await publish(channel, 2);
      await setOffline(false);
      await publish(channel, 3);

      expect(await received(page, 3)).toEqual([1, 2, 3]);
      await page.close();
    });
  });
}

/** The SDK in a real browser: what a page, its tabs and a server that stops go through loses no message. */
export function describeSdk(name: string, siteOf: () => SdkSite): void {
  const { publish, open, received } = driveSdk(siteOf);

  describe(`the SDK in ${name}`, () => {
    it('notices that the server has stopped, and continues with it', async () => {
      const { service } = siteOf();
      const channel = uniqueChannel();
      const page = await open(channel);
      await publish(channel, 1);
      await received(page, 1);
      service.signal('SIGSTOP');
      await page.evaluate(untilState('waiting'));
      service.signal('SIGCONT');
      await publish(channel, 2);
      // As when the network is back: it does not wait any longer.
      await page.evaluate(`dispatchEvent(new Event('online'))`);

      expect(await received(page, 2)).toEqual([1, 2]);
      await page.close();
    });

    it('closes its connection in the back/forward cache, and continues where it was', async () => {
      const channel = uniqueChannel();
      const page = await open(channel);
      await publish(channel, 1);
      await received(page, 1);
      // Firefox keeps no page there that has a connection when it is left: these are the events of a page that it keeps.
      await page.evaluate(`dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))`);
      await page.evaluate(untilState('idle'));
      await publish(channel, 2);
      await page.evaluate(`dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`);
      await publish(channel, 3);

      expect(await received(page, 3)).toEqual([1, 2, 3]);
      await page.close();
    });

    it('continues where it was when the browser was stopped until the server gave it up', async () => {
      const { service, signal } = siteOf();
      const channel = uniqueChannel();
      const page = await open(channel);
      await publish(channel, 1);
      await received(page, 1);
      signal('SIGSTOP');
      await untilConnections(service, 0);
      await publish(channel, 2);
      signal('SIGCONT');
      await publish(channel, 3);

      expect(await received(page, 3)).toEqual([1, 2, 3]);
      await page.close();
    });

    it('opens one event stream for more tabs than HTTP/1.1 has connections', async () => {
      const { service } = siteOf();
      const channel = uniqueChannel();
      const pages: DrivenPage[] = [];
      while (pages.length < TABS_COUNT) pages.push(await open(channel, undefined, STREAMS));
      await publish(channel, 1);
      for (const page of pages) expect(await received(page, 1)).toEqual([1]);
      await untilConnections(service, 1);
      // Each has a connection left to publish with.
      for (const [index, page] of pages.entries()) await page.evaluate(`tc.publish('${channel}', ${index + 2})`);
      const all = Array.from({ length: TABS_COUNT + 1 }, (_, index) => index + 1);
      for (const page of pages) expect(await received(page, TABS_COUNT + 1)).toEqual(all);
      for (const page of pages) await page.close();
    });

    it('shares a connection between tabs, and continues when the tab that has it is closed', async () => {
      const channel = uniqueChannel();
      const create = 'TetracastTabs.createSharedClient';
      const [first, second] = [await open(channel, create), await open(channel, create)];
      await publish(channel, 1);
      await received(first, 1);
      await received(second, 1);
      await first.close();
      await publish(channel, 2);

      expect(await received(second, 2)).toEqual([1, 2]);
      await second.close();
    });
  });
}
