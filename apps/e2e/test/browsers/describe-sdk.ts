import { publishJson, type ServiceProcess, uniqueChannel } from '@tetracast/testing';
import { buildSync } from 'esbuild';
import { resolve } from 'node:path';
import type { DrivenPage } from './driven-page';

export interface SdkSite {
  readonly service: ServiceProcess;
  readonly newPage: () => Promise<DrivenPage>;
}

const PAGE = '/lab/polling.html';

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
const subscribe = (channel: string, create: string): string => `(async () => {
  const script = Object.assign(document.createElement('script'), { src: '/tetracast.js' });
  document.head.append(script);
  await new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }));
  ${TABS?.text ?? ''}
  const received = [];
  globalThis.tc = ${create}({ heartbeatTimeoutMs: 4000, connectTimeoutMs: 2000 });
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

/** The SDK in a real browser: what a page, its tabs and a server that stops go through loses no message. */
export function describeSdk(name: string, siteOf: () => SdkSite): void {
  const publish = (channel: string, data: number): Promise<unknown> =>
    publishJson(`${siteOf().service.url}/polling`, { channel, data });
  const open = async (channel: string, create = 'Tetracast.createClient'): Promise<DrivenPage> => {
    const { newPage, service } = siteOf();
    const page = await newPage();
    await page.open(`${service.url}${PAGE}?channel=none`);
    await page.evaluate(subscribe(channel, create));
    return page;
  };
  const received = (page: DrivenPage, last: number): Promise<number[]> => page.evaluate(`untilReceived(${last})`);

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
      // A browser that is driven keeps no page there: these are the events of one that does.
      await page.evaluate(`dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))`);
      await page.evaluate(untilState('idle'));
      await publish(channel, 2);
      await page.evaluate(`dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`);
      await publish(channel, 3);

      expect(await received(page, 3)).toEqual([1, 2, 3]);
      await page.close();
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
