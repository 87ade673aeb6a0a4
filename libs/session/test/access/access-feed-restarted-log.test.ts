import { BusUnavailableError } from '@tetracast/bus';
import { nodeRuntime } from '@tetracast/node-io/runtime';
import { Hub } from '@tetracast/hub';
import { AccessFeed, REVOCATIONS_PER_ROUND } from '../../src/access/access-feed';
import { permissionsWith } from './fake-connections';
import { RestartingLog } from './restarting-log';

const KNOWN = 2.5 * REVOCATIONS_PER_ROUND;
const CHANNEL = '$access:revoked';

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A process that knows revocations, over a message log that restarts and then holds back what is stored. */
async function knowing(): Promise<{ bus: RestartingLog; feed: AccessFeed; known: string[] }> {
  const bus = new RestartingLog();
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
  await heard(feed, String(KNOWN - 1));
  const known = bus.asked.splice(0);
  bus.isHolding = true;
  await bus.restart();
  return { bus, feed, known };
}

async function heard(feed: AccessFeed, jti: string): Promise<void> {
  while (!feed.isRevoked(permissionsWith({ jti }))) await turn();
}

/** Resolves once so many are held back, and as many turns later that more of them would be there. */
async function heldBack(bus: RestartingLog, count: number): Promise<void> {
  while (bus.held.size < count) await turn();
  for (let turns = 0; turns < 10; turns++) await turn();
}

async function storedIn({ current }: RestartingLog): Promise<string[]> {
  const { entries } = await current.read(CHANNEL, { kind: 'after', seq: 0, limit: 1000, bytes: 1e9 });
  return entries.map(({ data }) => data);
}

/** Another process tells the log that `bus` is now. */
async function tellFromElsewhere({ current }: RestartingLog, data: string): Promise<void> {
  await current.append({ channel: CHANNEL, event: 'message', data, echo: true });
}

describe('the revocations that a restarted log has lost', () => {
  it('are told to it again in their order, so many at once and no more', async () => {
    const { bus, known } = await knowing();
    for (const count of [REVOCATIONS_PER_ROUND, REVOCATIONS_PER_ROUND, KNOWN - 2 * REVOCATIONS_PER_ROUND]) {
      await heldBack(bus, count);
      expect(bus.held.size).toBe(count);
      bus.release();
    }
    await heldBack(bus, 0);

    expect(bus.asked).toEqual(known);
    expect(await storedIn(bus)).toEqual(known);
  });

  it('do not hold up one that is new', async () => {
    const { bus, feed } = await knowing();
    await heldBack(bus, REVOCATIONS_PER_ROUND);
    bus.isHolding = false;
    await feed.revoke({ jti: 'new', at: 1 });

    expect(await storedIn(bus)).toEqual(['{"jti":"new","at":1}']);
    expect(bus.held.size).toBe(REVOCATIONS_PER_ROUND);
  });

  it('are not told by a process that hears them from another', async () => {
    const { bus, feed, known } = await knowing();
    await heldBack(bus, REVOCATIONS_PER_ROUND);
    const toldElsewhere = known.slice(REVOCATIONS_PER_ROUND, -1);
    for (const data of toldElsewhere) await tellFromElsewhere(bus, data);
    await tellFromElsewhere(bus, '{"jti":"after them","at":1}');
    await heard(feed, 'after them');
    bus.release();
    await heldBack(bus, 1);

    expect(bus.asked).toEqual([...known.slice(0, REVOCATIONS_PER_ROUND), ...known.slice(-1)]);
  });

  it('are told until they are stored', async () => {
    const { bus, known } = await knowing();
    await heldBack(bus, REVOCATIONS_PER_ROUND);
    bus.isHolding = false;
    bus.release(new BusUnavailableError('away'));
    while ((await storedIn(bus)).length < KNOWN) await turn();

    expect(await storedIn(bus)).toEqual(known);
  });

  it('are told from the first on to another log that begins meanwhile', async () => {
    const { bus, feed, known } = await knowing();
    await heldBack(bus, REVOCATIONS_PER_ROUND);
    await bus.restart();
    await tellFromElsewhere(bus, '{"jti":"in the next","at":1}');
    await heard(feed, 'in the next');
    expect(bus.held.size).toBe(REVOCATIONS_PER_ROUND);
    bus.isHolding = false;
    bus.release();
    while ((await storedIn(bus)).length <= KNOWN) await turn();

    expect((await storedIn(bus)).slice(1)).toEqual(known);
  });

  it('are told no more when the process stops', async () => {
    const { bus, feed } = await knowing();
    await heldBack(bus, REVOCATIONS_PER_ROUND);
    feed.stop();
    bus.release();
    await heldBack(bus, 0);

    expect(bus.asked.length).toBe(REVOCATIONS_PER_ROUND);
  });
});
