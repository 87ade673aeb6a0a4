import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { liveHeapBytes } from '../live-heap';
import { runLoad } from '../load';
import { lostIn, type Reading, type Scenario } from '../scenario';
import { tetracast } from '../systems/tetracast';

const PAGE_BYTES = 4096;
/** Before it is asked for memory the first time everyone is there and the code is compiled. */
const SETTLE_S = 5;
/** It is about memory: the load need not take a whole core. */
const NAP_US = 500;
/** A second. */
const CHURN = 20;

export const soak: Scenario = {
  name: 'soak',
  title: 'Many minutes',
  unit:
    'MB of resident memory, KB a minute that the line through its second half rises, and MB of live objects and buffers, ' +
    'what a full garbage collection leaves',
  method:
    `1000 subscribers of one channel stay, ${CHURN} more come each second and leave 10 s later; 50 messages a second of 256 bytes, ` +
    'for long polls 5.',
  systems: [
    tetracast({ service: 'websocket', rate: 50, inspect: true }),
    tetracast({ service: 'sse', rate: 50, inspect: true }),
    tetracast({ service: 'socketio', rate: 50, inspect: true }),
    tetracast({ service: 'polling', rate: 5, inspect: true }),
  ],
  alone: true,
  measure: async ({ load, pids, inspectPort = 0 }, { quick, minutes = 10 }) => {
    const samples = quick ? 3 : minutes;
    const periodS = quick ? 0.3 : 60;
    const warm = quick ? 0.3 : SETTLE_S;
    const pace = { subs: quick ? 50 : 1000, churn: CHURN, warm, time: samples * periodS + warm };
    const running = runLoad(load, pace, { pubs: 4, window: 64, nap: NAP_US, pids: pids.join() });
    const megabytes: number[] = [];
    const live: Reading[] = [];
    const sampling = (async () => {
      await delay(warm * 1000);
      for (let n = 0; n <= samples; n++) {
        if (n > 0) await delay(periodS * 1000);
        megabytes.push((await residentBytes(pids)) / 2 ** 20);
        // Once everything is as it stays, and early, so that what this frees is back where the line begins; and at the end.
        if (n !== Math.ceil(samples / 5) && n !== samples) continue;
        live.push({ column: `live, ${column(n)}`, value: (await liveHeapBytes(inspectPort)) / 2 ** 20, lost: 0 });
      }
    })();
    const [figures] = await Promise.all([running, sampling]);
    const lost = lostIn(figures);
    const readings: Reading[] = megabytes.map((value, n) => ({ column: column(n), value, lost }));
    const half = megabytes.slice((megabytes.length - 1) >> 1);
    return [...readings, { column: 'KB a minute', value: slope(half) * 1024, lost }, ...live];
  },
};

function column(minute: number): string {
  return minute === 0 ? 'start' : `${minute} min`;
}

async function residentBytes(pids: readonly number[]): Promise<number> {
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/statm`, 'utf8')));
  return texts.reduce((sum, text) => sum + Number(text.split(' ')[1]) * PAGE_BYTES, 0);
}

/** By how much the values rise from one to the next: the straight line of least squares. */
export function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread;
}
