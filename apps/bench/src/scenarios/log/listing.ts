import { setTimeout as delay } from 'node:timers/promises';
import { Inspector } from '../../inspector';
import { runLoad } from '../../load';
import type { Reading, Scenario } from '../../scenario';
import { tetracast } from '../../systems/tetracast';

const CONNECTIONS = 15_000;
/** The most that a page has. */
const LIMIT = 1000;
const SECONDS = 5;

const MONITOR = `(globalThis.delays = process.getBuiltinModule('node:perf_hooks').monitorEventLoopDelay({ resolution: 1 })).enable()`;

export const listing: Scenario = {
  name: 'listing',
  title: 'A back end lists all connections',
  unit: 'ms that the event loop of the process with the connections is late; pages per second',
  method:
    `${CONNECTIONS} subscribers of one channel and no messages, on one process with Redis, which also serves the server API. A back ` +
    `end reads all of them in pages of ${LIMIT}, again and again for ${SECONDS} s; before it, the same time without it.`,
  systems: [tetracast({ service: 'standalone', bus: 'redis', inspect: true, env: { PLAIN_PORT: 'off' } })],
  measure: async ({ load, pids, inspectPort = 0 }, { quick }) => {
    const subs = quick ? 100 : CONNECTIONS;
    const seconds = quick ? 0.2 : SECONDS;
    const api = `http://127.0.0.1:${load['port'] ?? ''}/api`;
    const running = runLoad(load, { subs, pubs: 0, idle: quick ? 3 : 5 * seconds, pids: pids.join() });
    const ended = running.then(() => Promise.reject(new Error('the load ended before all connections were counted')));
    ended.catch(() => undefined);
    while ((await countConnections(api)) < subs) await Promise.race([delay(100), ended]);
    using inspector = await Inspector.connect(inspectPort);
    await inspector.evaluate(MONITOR);
    const delaysDuring = async (work: Promise<unknown>): Promise<{ max: number; p99: number }> => {
      await inspector.evaluate('delays.reset()');
      await work;
      const [max, p99] = [await inspector.evaluate('delays.max'), await inspector.evaluate('delays.percentile(99)')];
      return { max: max / 1e6, p99: p99 / 1e6 };
    };
    const without = await delaysDuring(delay(1000 * seconds));
    const listed = listFor(1000 * seconds, api);
    const during = await delaysDuring(listed);
    const { pages, found, took } = await listed;
    const lost = (subs - Math.min(subs, found)) / subs;
    await running;
    const columns = {
      'max ms': during.max,
      'p99 ms': during.p99,
      'max ms without': without.max,
      'p99 ms without': without.p99,
      'pages/s': (1000 * pages) / took,
    };
    return Object.entries(columns).map(([column, value]): Reading => ({ column, value, lost }));
  },
};

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
