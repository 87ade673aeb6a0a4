import { runLoad } from '../../load';
import { lostIn, notSent, type Scenario } from '../../scenario';
import { nchan } from '../../systems/nchan';
import { stockSocketio } from '../../systems/peers';
import { tetracast } from '../../systems/tetracast';

export const latency: Scenario = {
  name: 'latency',
  title: 'Latency at a fixed rate',
  unit:
    'ms from the moment a message should have been sent to its arrival; how much of a core the server had; the part of the ' +
    'messages for which its publishers had no room',
  method: '5000 subscribers of one channel, 20 messages a second of 256 bytes, one worker.',
  systems: [
    tetracast({ service: 'websocket' }),
    nchan('WebSocket'),
    tetracast({ service: 'sse' }),
    nchan('SSE'),
    tetracast({ service: 'socketio' }),
    stockSocketio,
  ],
  measure: async ({ load, pids }, { quick }) => {
    const pace = quick ? { subs: 100, time: 0.5, warm: 0.1 } : { subs: 5000, time: 5, warm: 2 };
    const figures = await runLoad(load, pace, { pubs: 4, window: 64, rate: 20, pids: pids.join() });
    const lost = lostIn(figures);
    return [
      { column: 'p50', value: figures.deliveryP50Us / 1000, lost },
      { column: 'p99', value: figures.deliveryP99Us / 1000, lost },
      { column: 'cores busy', value: figures.cpuUs / 1e6 / figures.seconds, lost },
      notSent(figures, lost),
    ];
  },
};
