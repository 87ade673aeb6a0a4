import { runLoad } from '../../load';
import { lostIn, type Pace, type Reading, type Scenario } from '../../scenario';
import { tetracast } from '../../systems/tetracast';

/** Messages of one request. */
const BATCH = 1000;
const CHANNELS = 50;
/** Connections that keep the core of Redis and the service busy: with single messages, and with batches. */
const [MANY, SOME] = [50, 4];
const DATA = 'x'.repeat(256);

export const batch: Scenario = {
  name: 'batch',
  title: 'Batches of a back end, through Redis',
  unit: 'acknowledged messages per second',
  method:
    'A back end publishes 256 bytes to channels without subscribers, the next request of a connection after the answer: one message ' +
    `in a request, ${BATCH} messages for ${CHANNELS} channels in a request, one message for ${BATCH} channels in a request. First ` +
    `over one connection; then over ${MANY} with single messages and ${SOME} with batches, so that requests wait in both. Redis and ` +
    'the service share one core.',
  systems: [tetracast({ service: 'api', bus: 'redis' })],
  more: true,
  measure: async ({ load, pids }, pace) => {
    const url = `http://127.0.0.1:${load['port'] ?? ''}/api`;
    const singles = async (column: string, connections: number): Promise<Reading> => {
      const figures = await runLoad(load, pace.quick ? { time: 0.3, warm: 0.1 } : { time: 3, warm: 2 }, {
        ...{ subs: 0, pubs: connections, channels: CHANNELS, pids: pids.join() },
      });
      return { column, value: figures.acked / figures.seconds, lost: lostIn(figures) };
    };
    // No two are alike: equal ones are sent to Redis once.
    const messages = Array.from({ length: BATCH }, (_, i) => ({
      channel: `bench-${i % CHANNELS}`,
      data: String(i).padEnd(DATA.length, 'x'),
    }));
    const channels = Array.from({ length: BATCH }, (_, i) => `wide-${i}`);
    return [
      await singles('1 per request', 1),
      await repeat('1000 per request', 1, `${url}/batch`, { messages }, pace),
      await repeat('1 to 1000 channels', 1, `${url}/publish`, { channels, data: DATA }, pace),
      await singles('1 per request, many', MANY),
      await repeat('1000 per request, many', SOME, `${url}/batch`, { messages }, pace),
      await repeat('1 to 1000 channels, many', SOME, `${url}/publish`, { channels, data: DATA }, pace),
    ];
  },
};

/** Each connection sends the same request again and again; counts the messages that are stored. */
async function repeat(
  column: string,
  connections: number,
  url: string,
  request: object,
  { quick }: Pace,
): Promise<Reading> {
  const body = JSON.stringify(request);
  const send = async (): Promise<number> => {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`not stored: ${response.status} ${text.slice(0, 200)}`);
    return text.split('"id":').length - 1;
  };
  const run = async (ms: number): Promise<{ sent: number; stored: number; seconds: number }> => {
    const start = performance.now();
    let [sent, stored] = [0, 0];
    const connection = async (): Promise<void> => {
      while (performance.now() - start < ms) {
        sent += BATCH;
        const answered = await send();
        stored += answered;
      }
    };
    await Promise.all(Array.from({ length: connections }, connection));
    return { sent, stored, seconds: (performance.now() - start) / 1000 };
  };
  await run(quick ? 1 : 2000);
  const { sent, stored, seconds } = await run(quick ? 1 : 3000);
  return { column, value: stored / seconds, lost: (sent - stored) / sent };
}
