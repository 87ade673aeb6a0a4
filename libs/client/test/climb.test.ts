import { createClimb } from '../src/connection/climb';
import type { Transport } from '../src/connection/connection';
import type { LinkContext, LinkEvents } from '../src/links/link';
import { TetracastError } from '../src/index';

const INTERVAL_MS = 1000;

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => jest.useRealTimers());

it('probes half as often after each failure, and after a success as often as at first', () => {
  const probes: LinkEvents[] = [];
  const best: Transport = {
    name: 'websocket',
    open: (_context, _channels, _start, events) => {
      probes.push(events);
      return { close: () => undefined };
    },
  };
  const options = { transports: [best], probeIntervalMs: INTERVAL_MS, onLink: jest.fn(), setStatus: jest.fn() };
  const climb = createClimb({ timeoutMs: 60_000 } as LinkContext, options, () => [], jest.fn());
  /** How long it waits before the next probe, which fails. */
  const waitMs = (): number => {
    const [count, before] = [probes.length, Date.now()];
    while (probes.length === count) jest.advanceTimersByTime(100);
    probes.at(-1)?.onEnd(new TetracastError('network'));
    return Date.now() - before;
  };

  climb.start(1);
  expect([waitMs(), waitMs(), waitMs()]).toEqual([INTERVAL_MS, 2 * INTERVAL_MS, 4 * INTERVAL_MS]);
  climb.stop();
  climb.reset();
  climb.start(1);
  expect([waitMs(), waitMs()]).toEqual([INTERVAL_MS, 2 * INTERVAL_MS]);
  climb.stop();
});
