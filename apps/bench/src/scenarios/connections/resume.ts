import { type LoadOptions, runLoad } from '../../load';
import { lostIn, type Scenario } from '../../scenario';
import type { RunningSystem } from '../../system';
import { nchan } from '../../systems/nchan';
import { tetracast } from '../../systems/tetracast';

/** How many messages a client has missed. */
export const BEHIND = 50;

export const resume: Scenario = {
  name: 'resume',
  title: 'Everyone comes back at once',
  unit: 'seconds until the last client has everything, and the same per message',
  method: `5000 clients connect at once, each with a cursor ${BEHIND} messages back; messages of 256 bytes.`,
  systems: [
    tetracast({ service: 'websocket' }),
    nchan('WebSocket'),
    tetracast({ service: 'sse' }),
    nchan('SSE'),
    tetracast({ service: 'socketio' }),
  ],
  measure: async (running, { quick }) => {
    const { load, pids } = running;
    const resumed = await storeBehind(running);
    const pace = quick ? { subs: 100 } : { subs: 5000 };
    const figures = await runLoad(load, resumed, pace, {
      ...{ pubs: 0, expect: BEHIND, connecting: pace.subs, pids: pids.join() },
    });
    const lost = lostIn(figures);
    return [
      { column: 'seconds', value: figures.seconds, lost },
      { column: 'µs per message', value: (figures.seconds * 1e6) / Math.max(1, figures.delivered), lost },
    ];
  },
};

/** Stores what all have missed; returns how a client subscribes that has. */
export async function storeBehind({ store }: Pick<RunningSystem, 'store'>): Promise<LoadOptions> {
  return (await store?.(Array.from({ length: BEHIND }, (_, i) => mark(i + 1)))) ?? {};
}

/** A message of 256 bytes with a mark that the load counts (load/check.c). */
function mark(number: number): string {
  return `@@0000${number.toString(16).padStart(8, '0')}${'0'.repeat(16)}`.padEnd(256, 'x');
}
