import { launchChromium, pollUntil, type ServiceProcess, startProcess } from '@tetracast/testing';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { LabPage, PANELS, type PanelName } from './lab-page';
import { SERVICES } from './system';

const ROOT = resolve(__dirname, '../../..');
const AUTH_SECRET = 'a secret of the tests, of more than 32 bytes';

let service: ServiceProcess;
let browser: Browser;
let lab: LabPage;

// As `npm start` runs it. The panels have a token; the demos have none.
beforeAll(async () => {
  const env = { AUTH_SECRET, PUBLIC_SUBSCRIBE: '*', PUBLIC_PUBLISH: '*' };
  const file = resolve(ROOT, 'dist/apps/standalone/main.cjs');
  [service, browser] = await Promise.all([startProcess({ file, args: ['--faults'], env }), launchChromium()]);
  const context = await browser.newContext({ locale: 'en' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: service.url });
  lab = new LabPage(await context.newPage());
  await lab.open(`${service.url}/?faults=on&channel=faults#token=${mintToken()}`);
});

afterAll(async () => {
  await browser.close();
  await service[Symbol.asyncDispose]();
});

function mintToken(): string {
  const options = ['--sub', 'ann', '--subscribe', '*', '--publish', '*'];
  const env = { ...process.env, AUTH_SECRET };
  return execFileSync('npm', ['run', '--silent', 'token', '--', ...options], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  }).trim();
}

const section = () => lab.page.locator('#faults');
const log = (panel: PanelName) => section().locator(`[data-log="${panel}"] ol`);
const expectLogged = (panel: PanelName, text: string | RegExp): Promise<void> =>
  log(panel).locator('li', { hasText: text }).first().waitFor({ state: 'attached' });
const setFault = (fault: string, isOn: boolean): Promise<void> =>
  section().locator(`[data-fault="${fault}"]`).setChecked(isOn);

/** Publishes past the proxies, and resolves when the panels show it. */
async function publishAndShow(text: string, panels: readonly PanelName[] = PANELS): Promise<void> {
  const body = new URLSearchParams({ channel: 'faults', data: text });
  expect((await fetch(`${service.url}/polling`, { method: 'POST', body })).status).toBe(201);
  for (const panel of panels) await lab.shows(panel, text);
}

const inSocketIo = (text: string): Promise<number> =>
  lab.page.evaluate(
    (wanted) => performance.getEntriesByType('resource').filter(({ name }) => name.includes(wanted)).length,
    text,
  );

describe('the lab page with faults on a switch, in Chromium', () => {
  it('connects every panel through its proxy, and misses nothing', async () => {
    await publishAndShow('through the proxies');
    expect(lab.failures).toEqual([]);
  });

  it('shows the bytes of the wire, as text and in hexadecimal, and no token', async () => {
    await section().locator('[data-log="websocket"] [data-role="wire-open"]').click();
    const dialog = section().locator('[data-role="wire-dialog"]');
    await dialog.locator('li', { hasText: 'HTTP/1.1 101 Switching Protocols' }).waitFor({ state: 'attached' });
    await dialog.locator('li', { hasText: '"type":"subscribed"' }).first().waitFor({ state: 'attached' });
    const text = (await dialog.textContent()) ?? '';
    expect(text).toContain('tetracast.token.***');
    expect(text).not.toContain('eyJ');
    await dialog.locator('[data-role="wire-hex"]').setChecked(true, { force: true });
    await dialog.locator('li', { hasText: '47 45 54 20 2f 77 73' }).first().waitFor({ state: 'attached' });
    await dialog.getByRole('button').click();
  });

  it('blocks WebSocket: the panel tries again, and Socket.IO goes on with polling', async () => {
    await setFault('block-websocket-all', true);
    await lab.becomes('websocket', 'reconnecting');
    await expectLogged('websocket', 'refused the WebSocket handshake with 403');
    await expectLogged('socketio', 'refused the WebSocket handshake with 403');
    await lab.becomes('socketio', 'connected');
    await publishAndShow('without WebSocket', ['polling', 'sse', 'socketio']);
    await setFault('block-websocket-all', false);
    await lab.becomes('websocket', 'connected');
    await lab.shows('websocket', 'without WebSocket');
    await expectLogged('websocket', /resumed from cursor \S+-\d/);
    await expectLogged('websocket', '0 missing');
  });

  it('holds the stream of SSE while a proxy buffers, and passes on what ends', async () => {
    await setFault('buffer-sse', true);
    await section().locator('[data-fault="cut-sse"]').click();
    await lab.becomes('sse', 'reconnecting');
    await expectLogged('sse', 'holds a response back');
    await publishAndShow('behind a buffer', ['polling', 'websocket', 'socketio']);
    expect(await lab.texts('sse')).not.toContain('behind a buffer');
    await setFault('buffer-sse', false);
    await lab.shows('sse', 'behind a buffer');
    await expectLogged('sse', 'passes the response on');
  });

  it('is slow', async () => {
    await setFault('slow-all', true);
    const startMs = performance.now();
    await publishAndShow('late');
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(390);
    await setFault('slow-all', false);
    await expectLogged('polling', 'switched off: Slow network');
  });

  it('cuts each connection on the wire, and each client resumes by itself', async () => {
    await section().locator('[data-fault="cut-all"]').click();
    for (const panel of PANELS) await expectLogged(panel, 'proxy: reset the connection');
    for (const panel of PANELS) await lab.becomes(panel, 'connected');
    await publishAndShow('after the cut');
  });

  it('restarts the server: it is away, and every client comes back without a gap', async () => {
    await section().locator('[data-role="restart"]').click();
    for (const panel of PANELS) await expectLogged(panel, 'the server is away');
    await publishAndShow('while it was away');
    for (const panel of PANELS) {
      await expectLogged(panel, 'server: is back');
      await lab.becomes(panel, 'connected');
    }
  });

  it('lets the token expire: the server refuses the panels until they have a valid one', async () => {
    await section().locator('[data-role="expire"]').click();
    for (const panel of PANELS) await lab.becomes(panel, 'connected');
    for (const panel of PANELS) await expectLogged(panel, /expired|4102|4001/);
    await section().getByText('has given all panels a valid token').waitFor();
    for (const panel of PANELS) await lab.becomes(panel, 'connected');
    await publishAndShow('with a new token');
  });

  it('lost nothing in all of this', async () => {
    for (const panel of PANELS) {
      expect(await lab.texts(panel)).toEqual([
        'through the proxies',
        'without WebSocket',
        'behind a buffer',
        'late',
        'after the cut',
        'while it was away',
        'with a new token',
      ]);
    }
    expect(await inSocketIo(`:${new URL(service.url).port}/sse?`)).toBe(0);
  });

  it('copies the code of a panel, and opens it in a page that works', async () => {
    for (const panel of PANELS) {
      await lab.part(panel, 'source').click();
      const code = lab.part(panel, 'code');
      await code.getByText('export function').first().waitFor();
      await code.locator('[data-role="copy"]').click();
      await code.getByText('Copied').waitFor();
      const copied = await lab.page.evaluate(() => navigator.clipboard.readText());
      expect(copied).toBe(await (await fetch(`${service.url}/transports/${panel}.js`)).text());
      const opened = lab.page.context().waitForEvent('page');
      await code.locator('[data-role="single"]').click();
      const single = await opened;
      expect(single.url()).toContain(`/lab/${panel}.html`);
      await single.locator('body[data-state="connected"]').waitFor();
      await single.locator('[data-role="text"]').fill(`alone: ${panel}`);
      await single.locator('form button').click();
      await single.locator('li', { hasText: `alone: ${panel}` }).waitFor();
      await lab.shows(panel, `alone: ${panel}`);
      await single.close();
      await code.locator('form button').last().click();
    }
  });
});

describe('what is deployed', () => {
  it.each(SERVICES)('has no fault proxy: %s', (name) => {
    const bundle = (app: string): string => readFileSync(resolve(ROOT, 'dist/apps', app, 'main.cjs'), 'utf8');
    expect(bundle('standalone')).toContain('x-lab-secret');
    expect(bundle(name)).not.toContain('x-lab-secret');
  });

  it('has none in one process either, without the flag of `npm start`', async () => {
    await using plain = await startProcess({ file: resolve(ROOT, 'dist/apps/standalone/main.cjs') });
    const page = { 'sec-fetch-site': 'same-origin' };
    expect(await (await fetch(`${plain.url}/faults.json`, { headers: page })).json()).toBeNull();
    expect((await fetch(`${plain.url}/lab/wire`, { headers: page })).status).toBe(404);
  });
});

describe('the demos, in Chromium', () => {
  it.each(['chat.js', 'ticker.js'])('%s has at most 60 lines, without a framework', (file) => {
    const code = readFileSync(resolve(ROOT, 'apps/web/src/public/demos', file), 'utf8');
    expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });

  it('the chat room shows what is said now, and what was said before', async () => {
    const context = await browser.newContext({ locale: 'en' });
    const failures: string[] = [];
    context.on('weberror', (error) => failures.push(String(error.error())));
    const ann = await context.newPage();
    await ann.goto(`${service.url}/demos/chat.html`);
    await ann.locator('#state', { hasText: 'connected' }).waitFor();
    await say(ann, 'Ann', 'is anyone here?');
    const ben = await context.newPage();
    await ben.goto(`${service.url}/demos/chat.html?lang=zh`);
    await ben.locator('li', { hasText: 'Ann: is anyone here?' }).waitFor();
    await ben.getByRole('heading', { name: '聊天室' }).waitFor();
    await say(ben, 'Ben', '<b>yes</b>');
    await ann.locator('li', { hasText: 'Ben: <b>yes</b>' }).waitFor();
    expect(await ann.locator('pre code').textContent()).toContain("socket.on('message'");
    expect(failures).toEqual([]);
    await context.close();
  });

  it('the ticker survives the sleep of a laptop, and a server that has lost its prices meanwhile', async () => {
    const file = resolve(ROOT, 'dist/apps/standalone/main.cjs');
    const first = await startProcess({ file });
    const context = await browser.newContext({ locale: 'en' });
    const page = await context.newPage();
    const said = (text: string | RegExp): Promise<void> => page.locator('#log li', { hasText: text }).last().waitFor();
    await page.clock.install();
    await page.goto(`${first.url}/demos/ticker.html`);
    await said('connected');
    await pollUntil(
      () => page.locator('#price').textContent(),
      (price) => price !== '–',
    );
    await page.locator('#maker').uncheck();
    // The lid is closed for an hour: no timer of the page runs, and its connection is dead when it is opened.
    await page.clock.fastForward('01:00:00');
    await said(/silent for 10 s.*from cursor \S+-\d/);
    await page.locator('#log li', { hasText: 'connected' }).nth(1).waitFor();
    await first.stop();
    await said(/connection lost \(1\d\d\d\)/);
    await using second = await startProcess({ file, port: first.port });
    await said('reset (epoch)');
    const body = new URLSearchParams({ channel: 'prices', data: '123.4' });
    expect((await fetch(`${second.url}/polling`, { method: 'POST', body })).status).toBe(201);
    await page.locator('#price', { hasText: '123.40' }).waitFor();
    await context.close();
  });

  async function say(page: LabPage['page'], name: string, text: string): Promise<void> {
    await page.locator('#name').fill(name);
    await page.locator('#text').fill(text);
    await page.locator('form button').click();
  }
});
