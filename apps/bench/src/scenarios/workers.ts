import { runLoad } from '../load';
import { lostIn, type Scenario } from '../scenario';
import type { System } from '../system';
import { type Service, tetracast } from '../systems/tetracast';

const SERVICES = ['websocket', 'sse', 'socketio'] as const;

const one = (service: Service): System => tetracast({ service, bus: 'redis', workers: 1 });
const two = (service: Service): System => tetracast({ service, bus: 'redis', workers: 2 });

export const workers: Scenario = {
  name: 'workers',
  title: 'From one worker to two',
  unit: 'server CPU-µs per delivered message, Redis among it, and messages delivered in a second',
  method:
    'One channel, 1000 subscribers, 4 publishers as in the fan-out, through Redis, on both cores: the load takes what it ' +
    'wants of the second one, so that two workers never have two cores to themselves.',
  systems: SERVICES.flatMap((service) => [one(service), two(service)]),
  inShort: SERVICES.map(two),
  measure: async ({ load, pids }, { quick }) => {
    const pace = quick ? { subs: 50, time: 0.3, warm: 0.1 } : { subs: 1000, time: 4, warm: 2 };
    const figures = await runLoad(load, pace, { pubs: 4, pids: pids.join() });
    const lost = lostIn(figures);
    return [
      { column: 'CPU-µs', value: figures.cpuUs / Math.max(1, figures.delivered), lost },
      { column: 'delivered/s', value: figures.delivered / figures.seconds, lost },
    ];
  },
};
