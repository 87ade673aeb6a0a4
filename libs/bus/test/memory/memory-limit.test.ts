import { MemoryBus, type Publication } from '../../src';
import { appendTo, publication, readAll, seqsOf, SETTINGS } from '../contract/harness';

const open: MemoryBus[] = [];

function createBus(memoryMaxBytes: number): MemoryBus {
  const bus = new MemoryBus({ ...SETTINGS, memoryMaxBytes });
  open.push(bus);
  return bus;
}

/** A message of which three, and no four, fit into 100 000 bytes. */
function large(channel: string, more: Partial<Publication> = {}): Publication {
  return publication(channel, { data: `"${'x'.repeat(30_000)}"`, ...more });
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((bus) => bus.close()));
});

describe('a log in memory that is full', () => {
  it('drops the oldest messages of all channels first, and shows the gap to readers before them', async () => {
    const bus = createBus(100_000);
    for (const channel of ['a', 'b', 'a']) await bus.append(large(channel));
    expect(seqsOf(await readAll(bus, 'a'))).toEqual([1, 3]);

    await bus.append(large('c'));

    expect(await readAll(bus, 'a')).toMatchObject({ entries: [{ seq: 3, prev: 1 }], trimmed: true });
    expect((await readAll(bus, 'a', 1)).trimmed).toBe(false);
    expect(await readAll(bus, 'b')).toMatchObject({ entries: [{ seq: 2 }], trimmed: false });

    await bus.append(large('c'));

    expect(await readAll(bus, 'b')).toMatchObject({ entries: [], last: 2, trimmed: true });
    expect(await readAll(bus, 'b', 2)).toMatchObject({ entries: [], trimmed: false });
    expect(seqsOf(await readAll(bus, 'c'))).toEqual([4, 5]);
  });

  it('counts what a message takes besides its data, and no more what retention has dropped', async () => {
    const bus = createBus(100_000);
    await appendTo(bus, ...Array.from({ length: 1000 }, () => 'a'));
    const kept = (await readAll(bus, 'a')).entries.length;
    expect(kept).toBeGreaterThan(100);
    expect(kept).toBeLessThan(1000);

    const small = new MemoryBus({ retention: { size: 1, ttlMs: 60_000 }, memoryMaxBytes: 100_000 });
    open.push(small);
    await small.append(large('kept'));
    for (let count = 0; count < 100; count++) await small.append(large('other'));
    expect(seqsOf(await readAll(small, 'kept'))).toEqual([1]);
  });

  it('counts what a channel takes besides its messages', async () => {
    const [one, many] = [createBus(100_000), createBus(100_000)];
    const channels = Array.from({ length: 1000 }, (_, index) => `c${index}`);
    await appendTo(one, ...channels.map(() => 'c999'));
    await appendTo(many, ...channels);
    const kept = (await readAll(one, 'c999')).entries.length;
    const pages = await Promise.all(channels.map((channel) => readAll(many, channel)));
    const keptApart = pages.filter(({ entries }) => entries.length > 0).length;
    expect(keptApart).toBeGreaterThan(100);
    expect(keptApart * 1.5).toBeLessThan(kept);
  });

  it('still knows an idempotency key, until there are too many of them', async () => {
    const bus = createBus(100_000);
    const append = async (idempotencyKey: string): Promise<boolean> =>
      (await bus.append(publication('a', { idempotencyKey }))).duplicate;
    await append('first');
    expect(await append('first')).toBe(true);
    for (let key = 0; key < 100; key++) await append(String(key));
    expect(await append('99')).toBe(true);
    expect(await append('first')).toBe(false);
  });

  it('keeps the states that were put last, and lets messages go for them', async () => {
    const bus = createBus(100_000);
    for (let count = 0; count < 3; count++) await bus.append(large('a'));
    for (const key of ['a', 'b', 'a', 'c']) await bus.putValue(key, 'x'.repeat(5000), 60_000);
    expect((await bus.getValue('a'))?.length).toBe(5000);
    expect(await bus.getValue('b')).toBeUndefined();
    expect((await bus.getValue('c'))?.length).toBe(5000);
    expect(seqsOf(await readAll(bus, 'a'))).toEqual([2, 3]);
  });

  it('counts the joins of members, and lets messages go for them', async () => {
    const bus = createBus(100_000);
    for (let count = 0; count < 3; count++) await bus.append(large('a'));
    await bus.renewLease('p', 60_000, true);
    const member = { channel: 'b', member: 'm', about: '{"id":"m"}', info: `"${'x'.repeat(30_000)}"` };
    await bus.changePresence('p', [{ kind: 'join', ...member }], 1);
    expect(seqsOf(await readAll(bus, 'a'))).toEqual([2, 3]);
  });

  it('lets no state go for those of another kind', async () => {
    const bus = createBus(100_000);
    await bus.putValue('session:a', 'kept', 60_000);
    await bus.putValue('ticket:first', 'x', 60_000);
    for (let count = 0; count < 100; count++) await bus.putValue(`ticket:${count}`, 'x', 60_000);
    expect(await bus.getValue('session:a')).toBe('kept');
    expect(await bus.getValue('ticket:first')).toBeUndefined();
    expect(await bus.getValue('ticket:99')).toBe('x');
  });

  it('counts the states of all kinds', async () => {
    const bus = createBus(100_000);
    for (let count = 0; count < 3; count++) await bus.append(large('a'));
    await bus.putValue('session:a', 'x'.repeat(5000), 60_000);
    expect(seqsOf(await readAll(bus, 'a'))).toEqual([1, 2, 3]);
    await bus.putValue('ticket:a', 'x'.repeat(5000), 60_000);
    expect(seqsOf(await readAll(bus, 'a'))).toEqual([2, 3]);
  });
});
