import { runLoad } from '../../load';
import { cpuPerDelivery, type Scenario } from '../../scenario';
import { limit } from '../../systems/limit';
import { nchan } from '../../systems/nchan';
import { faye, naiveSse, naiveWebsocket, stockSocketio, stockSocketioRedis } from '../../systems/peers';
import { pushpin } from '../../systems/pushpin';
import { tetracast } from '../../systems/tetracast';

/** Publishers, and seconds a system gets to warm up before. */
const RUNS = [
  { pubs: 4, warm: 1.5 },
  { pubs: 1, warm: 0.7 },
  { pubs: 32, warm: 0.7 },
];

export const fanOut: Scenario = {
  name: 'fan-out',
  title: 'Fan-out: as many messages as go through',
  unit: 'server CPU-µs per delivered message',
  method:
    'One channel, 1000 subscribers, messages of 256 bytes. Each publisher sends its next message when the last is ' +
    'acknowledged; Pushpin, which acknowledges before it delivers, gets 8 a second from all of them.',
  systems: [
    tetracast({ service: 'websocket' }),
    tetracast({ service: 'websocket', bus: 'redis' }),
    nchan('WebSocket'),
    naiveWebsocket,
    faye,
    pushpin('WebSocket'),
    limit('WebSocket'),
    tetracast({ service: 'sse' }),
    tetracast({ service: 'sse', bus: 'redis' }),
    nchan('SSE'),
    naiveSse,
    pushpin('SSE'),
    limit('SSE'),
    tetracast({ service: 'socketio' }),
    tetracast({ service: 'socketio', bus: 'redis' }),
    stockSocketio,
    stockSocketioRedis,
    tetracast({ service: 'polling' }),
    tetracast({ service: 'polling', bus: 'redis' }),
    nchan('long-poll'),
  ],
  measure: async ({ load, pids }, { quick }) => {
    const readings = [];
    // At a fixed rate it is all one how many send.
    const once = quick || load['rate'] !== undefined;
    for (const { pubs, warm } of once ? RUNS.slice(0, 1) : RUNS) {
      const pace = quick ? { subs: 50, time: 0.3, warm: 0.1 } : { subs: 1000, time: 2, warm };
      const figures = await runLoad(load, pace, { pubs, pids: pids.join() });
      readings.push(cpuPerDelivery(`${pubs} publisher${pubs > 1 ? 's' : ''}`, figures));
    }
    return readings;
  },
};
