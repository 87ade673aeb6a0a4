import {
  createTempDir,
  type FakeModel,
  freePort,
  launchChromium,
  NO_LIMITS,
  Progress,
  publishJson,
  removeDir,
  type ServiceProcess,
  startFakeModel,
  startTcpProxy,
  type TcpProxy,
  words,
} from '@tetracast/testing';
import { SignJWT } from 'jose';
import type { Browser } from 'playwright-core';
import { startService } from '../system';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CodeBlock, type DocsPage, englishPages, type Survived, translatedPages } from './code-blocks';
import { type ReadersSite, startReadersSite } from './readers-site';
import { BlockRunner, type RunningBlock } from './running-blocks';

const AUTH_SECRET = 'a secret of the tests, of more than 32 bytes';
const API_KEY = 'an-api-key-of-the-tests-of-more-than-32-letters';
const SETTINGS = {
  ...NO_LIMITS,
  AUTH_SECRET,
  API_KEYS: `docs=${API_KEY}/*/*`,
  PUBLIC_SUBSCRIBE: 'news:*,lab,room:*',
  PUBLIC_PUBLISH: 'news:*,lab,room:*',
  PUBLIC_PRESENCE: 'room:*',
  SSE_RETRY_INTERVAL: '20ms',
};

/** As presence.md has its reader write it. */
const NAMESPACES = '{"namespaces":{"room":{"presence":true}}}';

let dir: string;
let browser: Browser;
let site: ReadersSite;
let service: ServiceProcess;
let proxy: TcpProxy;
/** Without keys: there plain WebSocket needs no channel in its URL. */
let open: ServiceProcess;
/** The upstream of the relay `chat`. */
let model: FakeModel;
let plainPort: number;
const runners: BlockRunner[] = [];
/** Those that still run: what a page shows that it survives is tried on all pages at once. */
const survivors: { readonly running: RunningBlock; readonly runner: BlockRunner }[] = [];

const startStandalone = (port?: number): Promise<ServiceProcess> => {
  const namespaces = { NAMESPACES_FILE: join(dir, 'namespaces.json') };
  const env = { ...SETTINGS, ...namespaces, ALLOWED_ORIGINS: site.origin, RELAY_CHAT: model.url };
  return startService('standalone', env, port === undefined ? {} : { port });
};

beforeAll(async () => {
  site = await startReadersSite();
  dir = await createTempDir('docs');
  await writeFile(join(dir, 'namespaces.json'), NAMESPACES);
  model = await startFakeModel({ pieces: ['Simplex is ', 'one way: ', 'only one side sends.'] });
  [service, browser] = await Promise.all([startStandalone(), launchChromium()]);
  proxy = await startTcpProxy(service.url);
  // As fetch.md has its reader copy it.
  site.addScript('jquery.min.js', await (await fetch(`${service.url}/vendor/jquery.min.js`)).text());
  plainPort = await freePort();
  open = await startService('standalone', { PLAIN_PORT: String(plainPort), ALLOWED_ORIGINS: proxy.url });
});

afterAll(async () => {
  for (const runner of runners) await runner[Symbol.asyncDispose]();
  await Promise.all([
    open[Symbol.asyncDispose](),
    browser.close(),
    service[Symbol.asyncDispose](),
    proxy.close(),
    site[Symbol.asyncDispose](),
    model.stop(),
  ]);
  await removeDir(dir);
});

async function createRunner({ path }: DocsPage): Promise<BlockRunner> {
  const page = path.replace(/\.md$/, '').replaceAll('/', '-');
  const inbox = `inbox:ann-${page}`;
  const token = await new SignJWT({ sub: 'ann', tetracast: { subscribe: [inbox], publish: [inbox], relay: ['chat'] } })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(AUTH_SECRET));
  const names = { news: `news:${page}`, 'inbox:ann': inbox, 'room:1': `room:${page}` };
  const runner = new BlockRunner({ url: proxy.url, plainPort, site, browser, token, apiKey: API_KEY, names });
  runners.push(runner);
  return runner;
}

const escaped = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');

/** The lines of the block's output that it has not printed. */
function missing(runner: BlockRunner, { block, lines }: RunningBlock): string[] {
  const patterns = (block.output ?? []).map((line) => ({
    line,
    pattern: new RegExp(`^${escaped(runner.fit(line)).replaceAll('…', '.*')}$`),
  }));
  return patterns.filter(({ pattern }) => !lines.some((line) => pattern.test(line))).map(({ line }) => line);
}

/** Resolves when `left` is 0; rejects when no step of `progress` lowers it for long. */
async function fall(progress: Progress, left: () => number, describe: () => string): Promise<void> {
  const falling = new Progress();
  let least = Infinity;
  const look = (): boolean => {
    const now = left();
    if (now < least) falling.moved();
    least = Math.min(least, now);
    return least === 0;
  };
  progress.until(look, describe, Infinity).catch((error: unknown) => falling.fail(error as Error));
  await falling.until(() => left() === 0, describe);
}

/** Publishes on the channels of the page, whether a block reads the one or the other. */
async function publish({ options }: BlockRunner, ...data: readonly string[]): Promise<void> {
  const headers = { authorization: `Bearer ${options.token}` };
  for (const channel of Object.values(options.names)) {
    for (const item of data) await publishJson(`${service.url}/polling`, { channel, data: item }, headers);
  }
}

const survives = ({ block }: RunningBlock): boolean => block.survives.length > 0;

function survivorsOf(what: Survived): typeof survivors {
  const claiming = englishPages.flatMap(({ blocks }) => blocks.filter((block) => block.survives.includes(what)));
  const running = survivors.filter((survivor) => claiming.includes(survivor.running.block));
  expect(running.map((survivor) => survivor.running.block.name)).toEqual(claiming.map(({ name }) => name));
  return running;
}

/** What of `data` a block printed, in its order. */
const printed = ({ lines }: RunningBlock, data: readonly string[]): string[] =>
  lines.flatMap((line) => data.filter((item) => new RegExp(`\\b${item}\\b`).test(line)));

describe('the code blocks of the documentation', () => {
  it.each(englishPages)('$path: each runs and prints what the page says', async (page) => {
    const runner = await createRunner(page);
    const shown: RunningBlock[] = [];
    const publishers: CodeBlock[] = [];
    let isOver = false;
    for (const block of page.blocks) {
      const running = await runner.start(block);
      if (block.output === undefined) {
        publishers.push(block);
        await running.ended;
      } else {
        shown.push(running);
        running.ended.catch((error: unknown) => {
          if (!isOver || survives(running)) runner.printed.fail(error as Error);
        });
      }
    }
    const left = (): number => shown.reduce((count, running) => count + missing(runner, running).length, 0);
    const describe = (): string =>
      JSON.stringify(shown.map((running) => [running.block.name, missing(runner, running), running.lines.slice(-5)]));
    const done = fall(runner.printed, left, describe);
    // A subscriber that is still connecting misses a message: the page's publishers run until each has printed one.
    const publishing = (async () => {
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- another promise sets it
      while (!isOver && publishers.length > 0) {
        for (const block of publishers) await (await runner.start(block)).ended;
      }
    })();
    await Promise.all([done.finally(() => (isOver = true)), publishing]);
    expect(shown.flatMap((running) => missing(runner, running))).toEqual([]);
    survivors.push(...shown.filter(survives).map((running) => ({ running, runner })));
  });

  it('miss nothing while they are cut, where the page says so', async () => {
    const cut = survivorsOf('cut');
    const data = [...words(3, 'meanwhile'), ...words(2, 'later')];
    await proxy.cut(() => Promise.all(runners.map((runner) => publish(runner, ...data.slice(0, 3)))));
    for (const runner of runners) await publish(runner, ...data.slice(3));
    for (const { running, runner } of cut) {
      await runner.printed.until(
        () => printed(running, data).length >= data.length,
        () => `${running.block.name} printed ${JSON.stringify(running.lines.slice(-10))}`,
      );
    }
    const wrong = cut.filter(({ running }) => printed(running, data).join() !== data.join());
    expect(wrong.map(({ running }) => [running.block.name, running.lines])).toEqual([]);
  });

  it('report a reset after a restart that lost the messages, and go on, where the page says so', async () => {
    await service.stop();
    service = await startStandalone(service.port);
    for (const runner of runners) await publish(runner, 'afterwards');
    const restarted = survivorsOf('restart');
    for (const { running, runner } of restarted) {
      await runner.printed.until(
        () => printed(running, ['afterwards']).length > 0,
        () => `${running.block.name} printed ${JSON.stringify(running.lines.slice(-10))}`,
      );
    }
    const silent = restarted.filter(({ running }) => !running.lines.some((line) => line.includes('reset')));
    expect(silent.map(({ running }) => [running.block.name, running.lines])).toEqual([]);
  });
});

describe('the chat page of start.md', () => {
  const start = englishPages.find(({ path }) => path === 'start.md');
  const code = start?.blocks.find(({ language }) => language === 'html')?.code ?? '';

  it('has at most 60 lines', () => {
    expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });

  it('shows what another page sends', async () => {
    const runner = await createRunner({ path: 'start.md', blocks: [] });
    await using context = await browser.newContext();
    const url = site.add(runner.fit(code));
    const [sender, reader] = await Promise.all([context.newPage(), context.newPage()]);
    await Promise.all([sender.goto(url), reader.goto(url)]);
    await sender.fill('#text', 'Good morning');
    await sender.click('button');
    for (const page of [sender, reader]) {
      await page.getByText('Ann: Good morning').waitFor();
      expect(await page.locator('#note').textContent()).toBe('');
    }
  });
});

describe('the translated pages', () => {
  it.each(translatedPages)('$path has the code of the English page', ({ path, blocks }) => {
    const original = englishPages.find((page) => `zh/${page.path}` === path);
    const codes = (all: readonly CodeBlock[] = []): unknown =>
      all.map(({ language, code, output }) => [language, code, output]);
    expect(codes(blocks)).toEqual(codes(original?.blocks));
  });
});
