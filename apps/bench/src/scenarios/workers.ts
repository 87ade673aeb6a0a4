import { runLoad } from '../load';
import { cpuPerDelivery, lostIn, type Scenario } from '../scenario';
import type { System } from '../system';
import { tetracast } from '../systems/tetracast';

/** Messages a second that keep one worker with 1000 subscribers busy for two thirds of the time or so. */
const RATES = { websocket: 140, sse: 130, socketio: 110, polling: 18 } as const;
const SERVICES = ['websocket', 'sse', 'socketio', 'polling'] as const;

const of = (service: (typeof SERVICES)[number], workers: number): System =>
  tetracast({ service, bus: 'redis', workers, rate: RATES[service], window: 64 });

/** So long, in µs, that the load is off its core most of the time, and short beside the fan-out of a message. */
const NAP = 200;

export const workers: Scenario = {
  name: 'workers',
  title: 'From one worker to two',
  unit:
    'what the busiest worker had of a core, and CPU-µs per delivered message of all processes, Redis among them; ms from ' +
    'the moment a message should have been sent to its arrival; beside them, in %, what makes them credible',
  method:
    'One channel, 1000 subscribers, 256 bytes, 4 publishers at a fixed rate: ' +
    `${SERVICES.map((service) => `${service} ${RATES[service]}`).join(', ')} messages a second. Each worker is bound to a ` +
    'core; Redis, the primary process and the load are on the last one, which with two workers is that of the second. The ' +
    'load naps whenever nothing has come, and so leaves its core to them. Two workers can take as much more than one, before ' +
    'the first of them is full, as 1 is to the × of the busiest.',
  systems: SERVICES.flatMap((service) => [of(service, 1), of(service, 2)]),
  inShort: SERVICES.map((service) => of(service, 2)),
  measure: async ({ load, pids, workers = [] }, { quick }) => {
    const pace = quick ? { subs: 50, time: 0.3, warm: 0.1 } : { subs: 1000, time: 3, warm: 1 };
    const figures = await runLoad(load, pace, { pubs: 4, nap: NAP, connecting: 4, pids: pids.join() });
    const lost = lostIn(figures);
    const own = figures.processes.filter((_, i) => workers.includes(pids[i] ?? 0));
    const percent = (us: number): number => us / figures.seconds / 1e4;
    return [
      { column: 'busiest worker %', value: percent(Math.max(...own.map(({ cpuUs }) => cpuUs))), lost },
      cpuPerDelivery('CPU-µs', figures),
      { column: 'p50', value: figures.deliveryP50Us / 1000, lost },
      { column: 'p99', value: figures.deliveryP99Us / 1000, lost },
      { column: 'its subscribers %', value: percentOf(own.map(({ connections }) => connections)), lost },
      { column: 'waited for a core %', value: percent(Math.max(...own.map(({ waitedUs }) => waitedUs))), lost },
      { column: 'the load %', value: percent(figures.loadCpuUs), lost },
    ];
  },
};

/** The greatest part of the whole. */
function percentOf(parts: readonly number[]): number {
  return (100 * Math.max(...parts)) / parts.reduce((sum, part) => sum + part, 0);
}
