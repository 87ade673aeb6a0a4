import { BOUND_MS, CHANNEL, GRACE_MS, LEASE_MS, SimulatedWorld } from './simulated-world';

let world: SimulatedWorld;

beforeEach(() => {
  world = new SimulatedWorld();
});

afterEach(() => world.close());

describe('a member', () => {
  it('joins once with several connections, and leaves once after the last of them and the grace', async () => {
    const [one, other] = [await world.start(), await world.start()];
    for (const process of [one, one, other]) await process.connect('m');
    await one.disconnect('m');
    await one.disconnect('m');
    await world.advance(2 * GRACE_MS);
    expect(await world.events()).toEqual(['+m']);
    await other.disconnect('m');
    await world.advance(GRACE_MS - 500);
    expect(await world.members()).toEqual(['m']);
    await world.advance(1000);
    expect(await world.events()).toEqual(['+m', '-m']);
  });

  it.each(['the same process', 'another process'])(
    'that comes back to %s within the grace never left',
    async (where) => {
      const [one, other] = [await world.start(), await world.start()];
      await one.connect('m');
      await one.disconnect('m');
      await world.advance(GRACE_MS - 500);
      await (where === 'the same process' ? one : other).connect('m');
      await world.advance(BOUND_MS);
      expect(await world.events()).toEqual(['+m']);
    },
  );

  it('joins again when its info changes', async () => {
    const process = await world.start();
    await process.connect('m', '{"mood":1}');
    await process.connect('m', '{"mood":1}');
    expect(await world.events()).toEqual(['+m']);
    await process.connect('m', '{"mood":2}');
    expect(await world.events()).toEqual(['+m', '+m']);
  });

  it('of a client that polls stays longer', async () => {
    const process = await world.start();
    await process.connect('m');
    const [memberships = []] = process.connections.get('m') ?? [];
    process.presence.leave(memberships, process.presence.graceOf(true));
    await world.advance(55_000);
    expect(await world.members()).toEqual(['m']);
    await world.advance(6000);
    expect(await world.members()).toEqual([]);
  });
});

describe('a process', () => {
  it('that dies loses its members within the bound, once, and not those that came to another', async () => {
    const [one, two] = [await world.start(), await world.start(), await world.start()];
    await world.advance(LEASE_MS);
    await one.connect('gone');
    await one.connect('back');
    one.kill();
    await world.advance(GRACE_MS - 500);
    await two.connect('back');
    await world.advance(BOUND_MS);
    expect(await world.events()).toEqual(['+gone', '+back', '-gone']);
  });

  it('that was paused beyond its lease registers its members again', async () => {
    const [one] = [await world.start(), await world.start()];
    await world.advance(LEASE_MS);
    await one.connect('m');
    one.isPaused = true;
    await world.advance(BOUND_MS);
    expect(await world.members()).toEqual([]);
    one.isPaused = false;
    await world.advance(LEASE_MS);
    await one.disconnect('m');
    await world.advance(BOUND_MS);
    expect(await world.events()).toEqual(['+m', '-m', '+m', '-m']);
  });

  it('that stops leaves its members the grace to come back elsewhere', async () => {
    const [one, two] = [await world.start(), await world.start()];
    await world.advance(LEASE_MS);
    await one.connect('gone');
    await one.connect('back');
    for (const id of ['gone', 'back']) await one.disconnect(id);
    await one.presence.close();
    one.kill();
    await two.connect('back');
    await world.advance(GRACE_MS - 500);
    expect(await world.members()).toEqual(['back', 'gone']);
    await world.advance(BOUND_MS);
    expect(await world.events()).toEqual(['+gone', '+back', '-gone']);
  });
});

describe('the store', () => {
  it('that is away for longer than a lease loses no member', async () => {
    const [one, two] = [await world.start(), await world.start()];
    await world.advance(LEASE_MS);
    await one.connect('1');
    await two.connect('2');
    world.isStoreAway = true;
    expect(await one.connect('3')).toBe(false);
    await world.advance(4 * LEASE_MS);
    world.isStoreAway = false;
    // One process reaches it later than the other.
    two.isCutOff = true;
    await world.advance(LEASE_MS - 1000);
    two.isCutOff = false;
    await world.advance(BOUND_MS);
    expect(await world.events()).toEqual(['+1', '+2']);
  });

  it('that was away when a member left lets it leave later', async () => {
    const process = await world.start();
    await process.connect('m');
    world.isStoreAway = true;
    await process.disconnect('m');
    await world.advance(BOUND_MS);
    world.isStoreAway = false;
    await world.advance(BOUND_MS);
    expect(await world.events()).toEqual(['+m', '-m']);
  });

  it('that was lost gets all members again', async () => {
    const [one, two] = [await world.start(), await world.start()];
    await one.connect('1');
    await two.connect('2');
    await world.replaceStore();
    await world.advance(LEASE_MS);
    expect(await world.members()).toEqual(['1', '2']);
    await one.disconnect('1');
    await world.advance(BOUND_MS);
    expect((await world.events()).sort()).toEqual(['+1', '+2', '-1']);
  });
});

it('is off where the namespace does not say so', async () => {
  const { presence } = await world.start();
  expect(() => presence.requireOn([CHANNEL])).not.toThrow();
  for (const channel of ['news', 'chat:1', 'room'])
    expect(() => presence.requireOn([CHANNEL, channel])).toThrow(
      expect.objectContaining({ code: 'invalid_request' }) as Error,
    );
});
