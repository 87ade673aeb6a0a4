import { runLoad } from '../../load';
import type { Scenario } from '../../scenario';
import { nchan } from '../../systems/nchan';
import { faye, naiveSse, naiveWebsocket, stockSocketio } from '../../systems/peers';
import { pushpin } from '../../systems/pushpin';
import { tetracast } from '../../systems/tetracast';

export const idle: Scenario = {
  name: 'idle',
  title: 'Idle connections',
  unit: 'KB of resident memory per connection',
  method:
    '10 000 subscribers of one channel and no messages; the memory of the processes after 10 s, less that before.',
  systems: [
    tetracast({ service: 'websocket' }),
    nchan('WebSocket'),
    naiveWebsocket,
    faye,
    pushpin('WebSocket'),
    tetracast({ service: 'sse' }),
    nchan('SSE'),
    naiveSse,
    tetracast({ service: 'socketio' }),
    stockSocketio,
  ],
  measure: async ({ load, pids }, { quick }) => {
    const subs = quick ? 100 : 10_000;
    const figures = await runLoad(load, { subs, pubs: 0, idle: quick ? 0 : 10, pids: pids.join() });
    return [{ column: 'KB', value: (figures.rssAfter - figures.rssBefore) / 1024 / subs, lost: figures.broken / subs }];
  },
};
