import { runLoad } from '../../load';
import { cpuPerDelivery, type Scenario } from '../../scenario';
import { nchan } from '../../systems/nchan';
import { stockSocketio, stockSocketioRedis } from '../../systems/peers';
import { tetracast } from '../../systems/tetracast';

export const manyChannels: Scenario = {
  name: 'many-channels',
  title: 'Many channels',
  unit: 'server CPU-µs per message',
  method:
    '2000 channels with one subscriber each; 8 publishers send 256 bytes to one channel after the other. HTTP: one request ' +
    'per message. A connection: up to 64 messages unacknowledged.',
  systems: [
    tetracast({ service: 'sse', name: 'Tetracast, one POST per message' }),
    tetracast({ service: 'websocket', name: 'Tetracast, published on a connection', window: 64 }),
    tetracast({
      service: 'websocket',
      name: 'Tetracast with Redis, published on a connection',
      bus: 'redis',
      window: 64,
    }),
    nchan('SSE'),
    nchan('WebSocket'),
    tetracast({ service: 'socketio', name: 'Tetracast, published on a connection', window: 64 }),
    stockSocketio,
    stockSocketioRedis,
  ],
  measure: async ({ load, pids }, { quick }) => {
    const pace = quick
      ? { subs: 100, channels: 100, time: 0.3, warm: 0.1 }
      : { subs: 2000, channels: 2000, time: 3, warm: 2 };
    return [cpuPerDelivery('CPU-µs', await runLoad(load, pace, { pubs: 8, pids: pids.join() }))];
  },
};
