import { runLoad } from '../../load';
import { lostIn, type Scenario } from '../../scenario';
import { lua } from '../../systems/lua';
import { tetracast } from '../../systems/tetracast';

export const publishing: Scenario = {
  name: 'publishing',
  title: 'Publishing alone, through Redis',
  unit: 'acknowledged messages per second, and ms from sending to the acknowledgement',
  method:
    '50 connections publish 256 bytes to 50 channels without subscribers, on a connection with up to 4 messages unacknowledged ' +
    'or with one HTTP request per message. Redis and the service share one core. The bare script: redis-benchmark calls ' +
    'the same Lua script, 50 connections, 4 calls in a pipeline.',
  systems: [
    tetracast({ service: 'websocket', bus: 'redis', name: 'Tetracast with Redis, on a connection', window: 4 }),
    tetracast({ service: 'sse', bus: 'redis', name: 'Tetracast with Redis, POST' }),
    tetracast({ service: 'websocket', name: 'Tetracast in memory, on a connection', window: 4 }),
    tetracast({ service: 'sse', name: 'Tetracast in memory, POST' }),
    lua,
  ],
  more: true,
  measure: async ({ load, pids, rates }, { quick }) => {
    if (rates !== undefined) {
      const { perSecond, p50Ms, p99Ms } = await rates(quick ? 5000 : 300_000);
      return [
        { column: 'messages/s', value: perSecond, lost: 0 },
        { column: 'p50 ms', value: p50Ms, lost: 0 },
        { column: 'p99 ms', value: p99Ms, lost: 0 },
      ];
    }
    const figures = await runLoad(load, quick ? { time: 0.3, warm: 0.1 } : { time: 3, warm: 2 }, {
      ...{ subs: 0, pubs: 50, channels: 50, pids: pids.join() },
    });
    const lost = lostIn(figures);
    return [
      { column: 'messages/s', value: figures.acked / figures.seconds, lost },
      { column: 'p50 ms', value: figures.ackP50Us / 1000, lost },
      { column: 'p99 ms', value: figures.ackP99Us / 1000, lost },
    ];
  },
};
