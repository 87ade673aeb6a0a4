import { setTimeout as delay } from 'node:timers/promises';
import { Inspector } from '../../inspector';
import { runLoad } from '../../load';
import type { Reading, Scenario } from '../../scenario';
import { tetracast } from '../../systems/tetracast';

const CONNECTIONS = 15_000;
/** The most that a page has. */
const LIMIT = 1000;
/** How often it is measured with and without listing, in turn, and for how long each. */
const WINDOWS = 5;
const SECONDS = 1;

const MONITOR = `(globalThis.delays = process.getBuiltinModule('node:perf_hooks').monitorEventLoopDelay({ resolution: 1 })).enable()`;

export const listing: Scenario = {
  name: 'listing',
  title: 'A back end lists all connections',
  unit: 'ms that the event loop of the process with the connections is late; pages per second',
  method:
    `${CONNECTIONS} subscribers of one channel and no messages, on one process with Redis, which also serves the server API. For ` +
    `${SECONDS} s nothing happens, then a back end reads all of them in pages of ${LIMIT}, again and again for ${SECONDS} s, and so in ` +
    `turn ${WINDOWS} times: what is late without the listing, such as a collection of garbage, is late with it too. The p99 is the ` +
    'greatest of those of the turns.',
  systems: [tetracast({ service: 'standalone', bus: 'redis', inspect: true, env: { PLAIN_PORT: 'off' } })],
  measure: async ({ load, pids, inspectPort = 0 }, { quick }) => {
    const subs = quick ? 100 : CONNECTIONS;
    const [windows, ms] = quick ? [1, 200] : [WINDOWS, 1000 * SECONDS];
    const api = `http://127.0.0.1:${load['port'] ?? ''}/api`;
    const idle = quick ? 3 : 5 * (1 + WINDOWS * SECONDS);
    const running = runLoad(load, { subs, pubs: 0, idle, pids: pids.join() });
    const ended = running.then(() => Promise.reject(new Error('the load ended before all was measured')));
    ended.catch(() => undefined);
    while ((await countConnections(api)) < subs) await Promise.race([delay(100), ended]);
    using inspector = await Inspector.connect(inspectPort);
    await inspector.evaluate(MONITOR);
    const delaysDuring = async (work: Promise<unknown>): Promise<Delays> => {
      await inspector.evaluate('delays.reset()');
      await Promise.race([work, ended]);
      const [max, p99] = [await inspector.evaluate('delays.max'), await inspector.evaluate('delays.percentile(99)')];
      return { max: max / 1e6, p99: p99 / 1e6 };
    };
    let [without, during]: [Delays, Delays] = [NONE, NONE];
    const total = { pages: 0, found: Infinity, took: 0 };
    for (let window = 0; window < windows; window++) {
      without = greater(without, await delaysDuring(delay(ms)));
      const listing = listFor(ms, api);
      during = greater(during, await delaysDuring(listing));
      const { pages, found, took } = await listing;
      total.pages += pages;
      total.found = Math.min(total.found, found);
      total.took += took;
    }
    const lost = (subs - Math.min(subs, total.found)) / subs;
    await running;
    const columns = {
      'max ms': during.max,
      'p99 ms': during.p99,
      'max ms without': without.max,
      'p99 ms without': without.p99,
      'pages/s': (1000 * total.pages) / total.took,
    };
    return Object.entries(columns).map(([column, value]): Reading => ({ column, value, lost }));
  },
};

/** How late the event loop was, in ms. */
interface Delays {
  readonly max: number;
  readonly p99: number;
}

const NONE: Delays = { max: 0, p99: 0 };

function greater(one: Delays, other: Delays): Delays {
  return { max: Math.max(one.max, other.max), p99: Math.max(one.p99, other.p99) };
}

interface ConnectionsPage {
  readonly connections: readonly { readonly id: string }[];
  readonly page?: string;
}

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function countConnections(api: string): Promise<number> {
  const { total } = await get<{ total: { connections: Record<string, number> } }>(`${api}/stats`);
  return Object.values(total.connections).reduce((sum, count) => sum + count, 0);
}

/** Lists all connections until `ms` have passed; `found`: the fewest of any time. */
async function listFor(ms: number, api: string): Promise<{ pages: number; found: number; took: number }> {
  const start = performance.now();
  let pages = 0;
  let fewest = Infinity;
  do {
    const ids = new Set<string>();
    for (let page: string | undefined = ''; page !== undefined; pages++) {
      const query = `limit=${LIMIT}${page === '' ? '' : `&page=${encodeURIComponent(page)}`}`;
      const answer: ConnectionsPage = await get(`${api}/connections?${query}`);
      for (const { id } of answer.connections) ids.add(id);
      ({ page } = answer);
    }
    fewest = Math.min(fewest, ids.size);
  } while (performance.now() - start < ms);
  return { pages, found: fewest, took: performance.now() - start };
}
