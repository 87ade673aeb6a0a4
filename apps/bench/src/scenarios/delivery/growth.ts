import { runLoad } from '../../load';
import { cpuPerDelivery, type Scenario } from '../../scenario';
import { limit } from '../../systems/limit';
import { tetracast } from '../../systems/tetracast';

const SUBSCRIBERS = [100, 1000, 10_000];

export const growth: Scenario = {
  name: 'growth',
  title: 'From few subscribers to many',
  unit: 'server CPU-µs per delivered message',
  method: 'One channel, 4 publishers as in the fan-out, messages of 256 bytes, more and more subscribers.',
  systems: [
    tetracast({ service: 'websocket' }),
    limit('WebSocket'),
    tetracast({ service: 'sse' }),
    limit('SSE'),
    tetracast({ service: 'socketio' }),
    tetracast({ service: 'polling' }),
  ],
  measure: async ({ load, pids }, { quick }) => {
    const readings = [];
    for (const subs of quick ? [100] : SUBSCRIBERS) {
      const pace = quick ? { time: 0.3, warm: 0.1 } : { time: 3, warm: 1.5 };
      const figures = await runLoad(load, pace, { subs, pubs: 4, pids: pids.join() });
      readings.push(cpuPerDelivery(`${subs} subscribers`, figures));
    }
    return readings;
  },
};
