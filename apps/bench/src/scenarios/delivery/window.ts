import { runLoad } from '../../load';
import { cpuPerDelivery, lostIn, type Scenario } from '../../scenario';
import type { System } from '../../system';
import { tetracast } from '../../systems/tetracast';

export const window: Scenario = {
  name: 'window',
  title: 'What FANOUT_WINDOW trades',
  unit: 'server CPU-µs per delivered message, and ms from the moment a message should have been sent to its arrival',
  method:
    'One channel, messages of 256 bytes. At a fixed rate: 100 subscribers, 1000 messages a second from 4 publishers. As ' +
    'fast as it goes: the fan-out with 1000 subscribers and 4 publishers.',
  systems: [...[0, 1, 5, 20].map((ms) => withWindow(ms)), withWindow(0, 'redis'), withWindow(1, 'redis')],
  inShort: [withWindow(1, 'redis')],
  measure: async ({ load, pids }, { quick }) => {
    const times = quick ? { time: 0.3, warm: 0.1 } : { time: 4, warm: 2 };
    const all = { pubs: 4, pids: pids.join() };
    const fixed = await runLoad(load, times, all, { subs: quick ? 50 : 100, rate: quick ? 200 : 1000, window: 64 });
    const most = await runLoad(load, times, all, { subs: quick ? 50 : 1000 });
    const lost = lostIn(fixed);
    return [
      cpuPerDelivery('CPU-µs', fixed),
      { column: 'p50', value: fixed.deliveryP50Us / 1000, lost },
      { column: 'p99', value: fixed.deliveryP99Us / 1000, lost },
      cpuPerDelivery('CPU-µs, as fast as it goes', most),
    ];
  },
};

function withWindow(ms: number, bus?: 'redis'): System {
  const name = `Tetracast${bus === undefined ? '' : ' with Redis'}, ${ms} ms`;
  return tetracast({ service: 'websocket', name, env: { FANOUT_WINDOW: `${ms}ms` }, ...(bus && { bus }) });
}
