import { runLoad } from '../../load';
import { lostIn, type Scenario } from '../../scenario';
import { nchan } from '../../systems/nchan';
import { tetracast } from '../../systems/tetracast';

export const polling: Scenario = {
  name: 'polling',
  title: 'Polling',
  unit: 'server CPU-µs per answered poll',
  method:
    '1000 clients of one channel, 20 messages a second of 256 bytes. Short polls: one a second from each. Long polls: the ' +
    'next as soon as the last is answered.',
  systems: [tetracast({ service: 'polling', short: true }), tetracast({ service: 'polling' }), nchan('long-poll')],
  measure: async ({ load, pids }, { quick }) => {
    const pace = quick ? { subs: 50, every: 100, time: 0.5, warm: 0.2 } : { subs: 1000, every: 1000, time: 5, warm: 2 };
    const figures = await runLoad(load, pace, { pubs: 1, rate: 20, window: 64, pids: pids.join() });
    const lost = lostIn(figures);
    return [
      { column: 'per poll', value: figures.cpuUs / Math.max(1, figures.polls), lost },
      { column: 'per message', value: figures.cpuUs / Math.max(1, figures.delivered), lost },
    ];
  },
};
