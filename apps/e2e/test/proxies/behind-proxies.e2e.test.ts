import {
  freePort,
  launchChromium,
  type NginxServer,
  publishJson,
  type ServiceProcess,
  startNginx,
  uniqueChannel,
} from '@tetracast/testing';
import type { Browser, Page } from 'playwright-core';
import { renderGateway, SERVICES, startService } from '../system';
import { PAGE_CLIENTS } from './page-clients';
import { type Proxy, PROXIES } from './proxies';

const TINY = '.';
/** What compresses to nothing, so that a proxy that compresses would wait for more. */
const EVEN = 'x'.repeat(60_000);
/** What is larger than the buffers of a proxy, compressed or not. */
const UNEVEN = Array.from({ length: 15_000 }, (_, n) => ((n * n * 2_654_435_761) % 9973).toString(36).slice(-4)).join(
  '',
);

const ports = new Map<Proxy, number>();
let service: ServiceProcess;
let gateway: NginxServer;
let browser: Browser;

beforeAll(async () => {
  for (const proxy of PROXIES) ports.set(proxy, await freePort());
  const origins = PROXIES.filter(({ passesHost }) => !passesHost).map(originOf);
  [service, browser] = await Promise.all([
    startService('standalone', { SSE_RETRY_INTERVAL: '100ms', ALLOWED_ORIGINS: origins.join() }),
    launchChromium(),
  ]);
  const upstreams = Object.fromEntries(SERVICES.map((name) => [name, `127.0.0.1:${service.port}`]));
  gateway = await startNginx({ conf: (places) => renderGateway(places, upstreams) });
});

afterAll(async () => {
  await browser.close();
  await gateway.close();
  await service[Symbol.asyncDispose]();
});

function originOf(proxy: Proxy): string {
  return `http://127.0.0.1:${ports.get(proxy)}`;
}

/** In front of the gateway, on the port that is its own. */
function startBeforeGateway(proxy: Proxy): Promise<AsyncDisposable> {
  return proxy.start(ports.get(proxy) as number, `127.0.0.1:${gateway.port}`);
}

/** A page that came through the proxy, with the libraries it needs. */
async function openPage(origin: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${origin}/healthz`);
  await page.addScriptTag({ url: `${origin}/socket.io/socket.io.js` });
  await page.addScriptTag({ url: `${origin}/vendor/jquery.min.js` });
  return page;
}

/** Resolves when the page has so many messages. */
async function arrived(page: Page, count: number): Promise<readonly string[]> {
  await page.waitForFunction((wanted) => window.received.texts.length >= wanted, count);
  return page.evaluate(() => window.received.texts);
}

describe.each(PROXIES)('behind $name', (kind) => {
  let proxy: AsyncDisposable;

  const cutProxy = async (meanwhile: () => Promise<void>): Promise<void> => {
    await proxy[Symbol.asyncDispose]();
    try {
      await meanwhile();
    } finally {
      proxy = await startBeforeGateway(kind);
    }
  };

  beforeAll(async () => {
    proxy = await startBeforeGateway(kind);
  });

  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
  });

  it.each(PAGE_CLIENTS)(
    '$client gets each message at once, and after a cut what it has missed',
    async ({ open, transports }) => {
      const channel = uniqueChannel();
      const page = await openPage(originOf(kind));
      await page.evaluate(open, { channel, ...(transports === undefined ? {} : { transports }) });
      const expected: string[] = [];
      const publish = async (data: string): Promise<void> => {
        expected.push(data);
        await publishJson(`${gateway.url}/polling`, { channel, data });
      };

      for (const text of [TINY, EVEN, TINY, UNEVEN, TINY]) {
        await publish(text);
        expect(await arrived(page, expected.length)).toEqual(expected);
      }
      expected.push('from the page');
      await page.evaluate(() => window.received.publish('from the page'));
      expect(await arrived(page, expected.length)).toEqual(expected);

      await cutProxy(async () => {
        await publish('missed 1');
        await publish('missed 2');
      });
      expect(await arrived(page, expected.length)).toEqual(expected);
      await publish('after');
      expect(await arrived(page, expected.length)).toEqual(expected);

      await page.close();
    },
  );
});
