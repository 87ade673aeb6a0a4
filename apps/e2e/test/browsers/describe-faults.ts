import { PANELS, type PanelName } from '../lab-page';
import type { DrivenPage } from './driven-page';
import { faultsUrl, type LabSite, publish } from './lab-site';

/**
 * The suite of the lab page with faults on a switch, the same in every browser. `triesWhileAway`: the panels whose browser
 * certainly tries to connect in the 3 s in which the server is away; default all.
 */
export function describeFaults(
  browser: string,
  site: () => LabSite,
  triesWhileAway: readonly PanelName[] = PANELS,
): void {
  let page: DrivenPage;

  const becomes = (panel: PanelName, state: string): Promise<void> =>
    page.waitFor(`section[data-transport="${panel}"][data-state="${state}"]`);
  const shows = (panel: PanelName, text: string): Promise<void> =>
    page.waitFor(`section[data-transport="${panel}"] li[data-text="${text}"]`);
  const expectLogged = (panel: PanelName, text: string | RegExp): Promise<void> =>
    page.waitFor(`#faults [data-log="${panel}"] ol li`, text);
  const setFault = (fault: string, isOn: boolean): Promise<void> =>
    page.setChecked(`#faults [data-fault="${fault}"]`, isOn);

  /** The texts of a panel, oldest first. */
  async function texts(panel: PanelName): Promise<string[]> {
    const rows = `[...document.querySelectorAll('section[data-transport="${panel}"] li[data-id]')]`;
    const found = await page.evaluate<[string, string][]>(`${rows}.map(({ dataset }) => [dataset.id, dataset.text])`);
    const seq = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1));
    return found.toSorted(([a], [b]) => seq(a) - seq(b)).map(([, text]) => text);
  }

  /** Publishes past the proxies, and resolves when the panels show it. */
  async function publishAndShow(text: string, panels: readonly PanelName[] = PANELS): Promise<void> {
    await publish(site().service, 'faults', text);
    for (const panel of panels) await shows(panel, text);
  }

  describe(`the lab page with faults on a switch, in ${browser}`, () => {
    beforeAll(async () => {
      page = await site().newPage();
      await page.open(faultsUrl(site().service, 'faults', 'en'));
      for (const panel of PANELS) await becomes(panel, 'connected');
    });

    afterAll(() => page.close());

    it('connects every panel through its proxy, and misses nothing', async () => {
      await publishAndShow('through the proxies');
      const links = await page.evaluate<string[]>(
        `[...document.querySelectorAll('.links a')].map(({ search }) => search)`,
      );
      expect(links.slice(-2)).toEqual(['?lang=en&faults=on', '?lang=en&faults=on']);
      expect(page.failures).toEqual([]);
    });

    it('shows the bytes of the wire, as text and in hexadecimal, and no token', async () => {
      const dialog = '#faults [data-role="wire-dialog"]';
      await page.click('#faults [data-log="websocket"] [data-role="wire-open"]');
      await page.waitFor(`${dialog} li`, 'HTTP/1.1 101 Switching Protocols');
      await page.waitFor(`${dialog} li`, '"type":"subscribed"');
      const text = await page.evaluate<string>(`document.querySelector('${dialog}').textContent`);
      expect(text).toContain('tetracast.token.***');
      expect(text).not.toContain('eyJ');
      await page.setChecked(`${dialog} [data-role="wire-hex"]`, true);
      await page.waitFor(`${dialog} li`, '47 45 54 20 2f 77 73');
      await page.click(`${dialog} button`);
    });

    it('blocks WebSocket: the panel tries again, Socket.IO goes on with polling, and the SDK falls back and climbs back', async () => {
      await setFault('block-websocket-all', true);
      await becomes('websocket', 'reconnecting');
      await expectLogged('websocket', 'refused the WebSocket handshake with 403');
      await expectLogged('socketio', 'refused the WebSocket handshake with 403');
      await becomes('socketio', 'connected');
      await page.waitFor('#sdk[data-state="connected"][data-over="sse"]');
      await page.waitFor('#sdk [data-role="fact"]', 'WebSocket failed, so the SDK fell back to Server-Sent Events');
      await publishAndShow('without WebSocket', ['polling', 'sse', 'socketio', 'sdk']);
      await page.waitFor('#sdk [data-role="arrows"] li', 'event · without WebSocket');
      await setFault('block-websocket-all', false);
      await becomes('websocket', 'connected');
      await shows('websocket', 'without WebSocket');
      await expectLogged('websocket', /resumed from cursor \S+-\d/);
      await expectLogged('websocket', '0 missing');
      await page.waitFor('#sdk[data-state="connected"][data-over="websocket"]');
      await expectLogged('sdk', /fell back to Server-Sent Events\), resumed from cursor \S+-\d/);
      await expectLogged('sdk', /climbed back from Server-Sent Events\), resumed from cursor \S+-\d/);
      await expectLogged('sdk', '0 missing');
    });

    it('holds the open stream of SSE while a proxy buffers, and then passes it on', async () => {
      await setFault('buffer-sse', true);
      await expectLogged('sse', 'holds a response back');
      await publishAndShow('behind a buffer', ['polling', 'websocket', 'socketio']);
      expect(await texts('sse')).not.toContain('behind a buffer');
      const state = 'section[data-transport="sse"] [data-role="state"]';
      await page.waitFor(`${state}[data-state="held"]`, 'held back');
      await page.waitFor('section[data-transport="sse"] [data-role="note"]', 'EventSource cannot know');
      await setFault('buffer-sse', false);
      await shows('sse', 'behind a buffer');
      await page.waitFor(`${state}[data-state="connected"]`, 'connected');
      await expectLogged('sse', 'passes the response on');
    });

    it('is slow', async () => {
      await setFault('slow-all', true);
      await expectLogged('polling', 'switched on: Slow network');
      const startMs = performance.now();
      await publishAndShow('late');
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(390);
      await setFault('slow-all', false);
      await expectLogged('polling', 'switched off: Slow network');
    });

    it('cuts each connection on the wire, and each client resumes by itself', async () => {
      await page.click('#faults [data-fault="cut-all"]');
      for (const panel of PANELS) await expectLogged(panel, 'proxy: reset the connection');
      for (const panel of PANELS) await becomes(panel, 'connected');
      await publishAndShow('after the cut');
    });

    it('restarts the server: it is away, and every client comes back without a gap', async () => {
      await page.click('#faults [data-role="restart"]');
      for (const panel of PANELS) await expectLogged(panel, 'server: stops');
      for (const panel of triesWhileAway) await expectLogged(panel, 'the server is away');
      await publishAndShow('while it was away');
      for (const panel of PANELS) {
        await expectLogged(panel, 'server: is back');
        await becomes(panel, 'connected');
      }
    });

    it('lets the token expire: the server refuses the panels until they have a valid one', async () => {
      await page.click('#faults [data-role="expire"]');
      for (const panel of PANELS) await becomes(panel, 'connected');
      for (const panel of PANELS) await expectLogged(panel, /expired|4102|4001/);
      await page.waitFor('#faults [data-role="faults-status"]', 'has given all panels a valid token');
      for (const panel of PANELS) await becomes(panel, 'connected');
      await publishAndShow('with a new token');
    });

    it('lost nothing in all of this', async () => {
      for (const panel of PANELS) {
        expect(await texts(panel)).toEqual([
          'through the proxies',
          'without WebSocket',
          'behind a buffer',
          'late',
          'after the cut',
          'while it was away',
          'with a new token',
        ]);
      }
      const unproxied = `performance.getEntriesByType('resource').filter(({ name }) => name.includes(':${site().service.port}/sse?'))`;
      expect(await page.evaluate(unproxied)).toEqual([]);
    });

    it('shows what happened in its order, and what repeats as one row', async () => {
      for (const panel of PANELS) {
        const rows = `[...document.querySelectorAll('#faults [data-log="${panel}"] ol li')]`;
        const times = await page.evaluate<string[]>(`${rows}.map((row) => row.querySelector('time').dateTime)`);
        expect(times).toEqual(times.toSorted());
        const logged = await page.evaluate<string[]>(`${rows}.map(({ dataset }) => dataset.from + dataset.text)`);
        expect(logged.filter((row, index) => row === logged[index - 1])).toEqual([]);
      }
    });
  });
}
