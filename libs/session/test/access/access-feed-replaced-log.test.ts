import { BusUnavailableError } from '@tetracast/bus';
import { Hub } from '@tetracast/hub';
import { nodeRuntime } from '@tetracast/node-io/runtime';
import { AccessFeed, REVOCATIONS_PER_ROUND } from '../../src/access/access-feed';
import { permissionsWith } from './fake-connections';
import { ReplaceableBus } from './replaceable-bus';

const KNOWN = 2.5 * REVOCATIONS_PER_ROUND;
const CHANNEL = '$access:revoked';

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The feed of a process that knows revocations, over a bus whose message log was replaced and that holds appends now. */
async function startKnowing(): Promise<{ bus: ReplaceableBus; feed: AccessFeed; known: string[] }> {
  const bus = new ReplaceableBus();
  const hub = new Hub(bus);
  const feed = new AccessFeed(
    hub,
    86_400_000,
    { onRevoked: jest.fn(), onRenewed: jest.fn() },
    { warn: jest.fn() },
    nodeRuntime,
  );
  stops.push(() => {
    feed.stop();
    hub.close();
  });
  await feed.start();
  for (let i = 0; i < KNOWN; i++) await feed.revoke({ jti: String(i), at: Date.now() });
  await untilRevoked(feed, String(KNOWN - 1));
  const known = bus.appended.splice(0);
  bus.holdsAppends = true;
  await bus.replace();
  return { bus, feed, known };
}

async function untilRevoked(feed: AccessFeed, jti: string): Promise<void> {
  while (!feed.isRevoked(permissionsWith({ jti }))) await turn();
}

/** Resolves once so many appends are held, after enough turns for more of them to come. */
async function untilHeld(bus: ReplaceableBus, count: number): Promise<void> {
  while (bus.heldAppends.size < count) await turn();
  for (let turns = 0; turns < 10; turns++) await turn();
}

async function storedIn({ current }: ReplaceableBus): Promise<string[]> {
  const { entries } = await current.read(CHANNEL, { kind: 'after', seq: 0, limit: 1000, bytes: 1e9 });
  return entries.map(({ data }) => data);
}

/** Appends to the present message log of `bus` as another process does. */
async function appendElsewhere({ current }: ReplaceableBus, data: string): Promise<void> {
  await current.append({ channel: CHANNEL, event: 'message', data, echo: true });
}

describe('revocations that a replaced message log has lost', () => {
  it('are written again in their order, so many at once and no more', async () => {
    const { bus, known } = await startKnowing();
    for (const count of [REVOCATIONS_PER_ROUND, REVOCATIONS_PER_ROUND, KNOWN - 2 * REVOCATIONS_PER_ROUND]) {
      await untilHeld(bus, count);
      expect(bus.heldAppends.size).toBe(count);
      bus.releaseAppends();
    }
    await untilHeld(bus, 0);

    expect(bus.appended).toEqual(known);
    expect(await storedIn(bus)).toEqual(known);
  });

  it('do not delay a new one', async () => {
    const { bus, feed } = await startKnowing();
    await untilHeld(bus, REVOCATIONS_PER_ROUND);
    bus.holdsAppends = false;
    await feed.revoke({ jti: 'new', at: 1 });

    expect(await storedIn(bus)).toEqual(['{"jti":"new","at":1}']);
    expect(bus.heldAppends.size).toBe(REVOCATIONS_PER_ROUND);
  });

  it('are not written by a process that receives them from another', async () => {
    const { bus, feed, known } = await startKnowing();
    await untilHeld(bus, REVOCATIONS_PER_ROUND);
    const sentElsewhere = known.slice(REVOCATIONS_PER_ROUND, -1);
    for (const data of sentElsewhere) await appendElsewhere(bus, data);
    await appendElsewhere(bus, '{"jti":"after them","at":1}');
    await untilRevoked(feed, 'after them');
    bus.releaseAppends();
    await untilHeld(bus, 1);

    expect(bus.appended).toEqual([...known.slice(0, REVOCATIONS_PER_ROUND), ...known.slice(-1)]);
  });

  it('are written until they are stored', async () => {
    const { bus, known } = await startKnowing();
    await untilHeld(bus, REVOCATIONS_PER_ROUND);
    bus.holdsAppends = false;
    bus.releaseAppends(new BusUnavailableError('away'));
    while ((await storedIn(bus)).length < KNOWN) await turn();

    expect(await storedIn(bus)).toEqual(known);
  });

  it('are written from the first on to another message log that begins meanwhile', async () => {
    const { bus, feed, known } = await startKnowing();
    await untilHeld(bus, REVOCATIONS_PER_ROUND);
    await bus.replace();
    await appendElsewhere(bus, '{"jti":"in the next","at":1}');
    await untilRevoked(feed, 'in the next');
    expect(bus.heldAppends.size).toBe(REVOCATIONS_PER_ROUND);
    bus.holdsAppends = false;
    bus.releaseAppends();
    while ((await storedIn(bus)).length <= KNOWN) await turn();

    expect((await storedIn(bus)).slice(1)).toEqual(known);
  });

  it('are not written any more when the process stops', async () => {
    const { bus, feed } = await startKnowing();
    await untilHeld(bus, REVOCATIONS_PER_ROUND);
    feed.stop();
    bus.releaseAppends();
    await untilHeld(bus, 0);

    expect(bus.appended.length).toBe(REVOCATIONS_PER_ROUND);
  });
});
