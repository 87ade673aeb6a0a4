import { runLoad } from '../../load';
import { cpuPerDelivery, lostIn, notSent, type Scenario } from '../../scenario';
import type { System } from '../../system';
import { tetracast } from '../../systems/tetracast';

/** Messages a second that keep one worker with 1000 subscribers busy for two thirds of the time or so. */
const RATES = { websocket: 140, sse: 120, socketio: 110, polling: 10 } as const;
const SERVICES = ['websocket', 'sse', 'socketio', 'polling'] as const;

/** So long, in µs, that the load is off its core most of the time, and short beside the fan-out of a message. */
const NAP = 200;

const of = (service: (typeof SERVICES)[number], workers: number): System =>
  tetracast({ service, bus: 'redis', workers, rate: RATES[service], window: 64 });

export const workers: Scenario = {
  name: 'workers',
  title: 'From one worker to two',
  unit:
    'what the busiest worker had of a core; CPU-µs per delivered message of all processes, Redis among them; ms from the ' +
    'moment a message should have been sent to its arrival. What makes them credible: what the load had of its core, how ' +
    'long a worker was ready to run and had none, the part of the messages for which the publishers had no room, and the part of the subscribers that the fullest worker had',
  method:
    'One channel, 1000 subscribers, 256 bytes, through Redis, 4 publishers at a fixed rate together: ' +
    `${SERVICES.map((service) => `${service} ${RATES[service]}`).join(', ')} messages a second. Each worker is bound to a ` +
    'core; Redis, the primary process and the load are on the last one, which with two workers is also that of the second. ' +
    'The load naps whenever nothing has come. × of the busiest is the inverse of the scaling: how many times as much two ' +
    'workers take before the first of them is full. Subscribers come one by one.',
  systems: SERVICES.flatMap((service) => [of(service, 1), of(service, 2)]),
  inShort: [of('websocket', 2), of('polling', 2)],
  measure: async ({ load, pids, workers = [] }, { quick }) => {
    const pace = quick ? { subs: 50, time: 0.3, warm: 0.1 } : { subs: 1000, time: 3, warm: 1, connecting: 1 };
    const figures = await runLoad(load, pace, { pubs: 4, nap: NAP, pids: pids.join() });
    const lost = lostIn(figures);
    const own = figures.processes.filter((_, i) => workers.includes(pids[i] ?? 0));
    const part = (us: number): number => (100 * us) / figures.seconds / 1e6;
    const subscribers = own.map(({ connections }) => connections);
    return [
      { column: 'busiest worker %', value: part(Math.max(...own.map(({ cpuUs }) => cpuUs))), lost },
      cpuPerDelivery('CPU-µs', figures),
      { column: 'p50', value: figures.deliveryP50Us / 1000, lost },
      { column: 'p99', value: figures.deliveryP99Us / 1000, lost },
      { column: 'load %', value: part(figures.loadCpuUs), lost },
      { column: 'no core %', value: part(Math.max(...own.map(({ waitedUs }) => waitedUs))), lost },
      notSent(figures, lost),
      { column: 'fullest %', value: (100 * Math.max(...subscribers)) / sum(subscribers), lost },
    ];
  },
};

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
