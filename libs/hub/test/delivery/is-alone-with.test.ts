import type { Batch } from '../../src/channels/batch';
import type { Subscription } from '../../src/connection/subscription';
import { isAloneWith } from '../../src/delivery/catch-up';

interface State {
  readonly position: number;
  readonly last?: number;
  readonly live?: boolean;
  readonly epoch?: string;
  readonly knownThrough?: number;
}

const subscription = ({
  position,
  last = position,
  live = true,
  epoch = 'e',
  knownThrough = 12,
}: State): Subscription =>
  ({ position, channel: { window: { last }, live, epoch, knownThrough } }) as unknown as Subscription;

/** It has the messages 11 and 12 to come. */
const behind = subscription({ position: 10, last: 12 });
const batch = { entries: [{ seq: 11 }, { seq: 12 }] } as unknown as Batch;

it.each<[boolean, string, State]>([
  [true, 'has delivered all it has', { position: 5 }],
  [true, 'is right before them', { position: 11 - 1 }],
  [false, 'has a message to come', { position: 5, last: 6 }],
  [false, 'is further on than the first of them', { position: 12 }],
  [false, 'may lack a message before the last of them', { position: 5, knownThrough: 11 }],
  [false, 'is not live', { position: 5, live: false }],
  [false, 'follows another log', { position: 5, epoch: 'f' }],
])('messages of one channel are shared: %s, when another channel of the connection %s', (isShared, _, state) => {
  expect(isAloneWith(batch, behind, [subscription(state), behind])).toBe(isShared);
  expect(isAloneWith(batch, behind, [behind, subscription({ position: 5 }), subscription(state)])).toBe(isShared);
});
