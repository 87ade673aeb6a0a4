import { nodeRuntime } from '@tetracast/node-io/runtime';
import fc from 'fast-check';
import type { Entry } from '../../src';
import { createEpochSource } from '../../src/epoch';
import { ChannelLog } from '../../src/memory/channel-log';
import { ExpiringMap } from '../../src/memory/expiring-map';
import { LastNumbers } from '../../src/memory/last-numbers';
import { GradualSweep } from '../../src/memory/gradual-sweep';
import { isTrimmed } from '../../src/trimmed';

function entry(seq: number, time: number): Entry {
  return { seq, prev: 0, channel: 'a', event: 'message', data: '1', time, echo: true };
}

it('decides by position whether something is missing', () => {
  expect(isTrimmed(5, 5, 9)).toBe(false);
  expect(isTrimmed(5, 6, 9)).toBe(true);
  expect(isTrimmed(5, 0, 9)).toBe(false);
  expect(isTrimmed(5, undefined, 5)).toBe(false);
  expect(isTrimmed(5, undefined, 6)).toBe(true);
});

it('makes epochs that fit a cursor and do not repeat', () => {
  const epochs = Array.from({ length: 1000 }, createEpochSource(nodeRuntime));
  expect(new Set(epochs).size).toBe(1000);
  for (const epoch of epochs) expect(epoch).toMatch(/^[A-Za-z0-9]{12}$/);
});

it('keeps in a log what a list would keep', () => {
  const steps = fc.array(fc.tuple(fc.nat(5), fc.nat(60), fc.nat(200)), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), steps, (size, pushes) => {
      const log = new ChannelLog({ size, ttlMs: 50 });
      let list: Entry[] = [];
      let now = 0;
      for (const [index, [waitMs, count, after]] of pushes.entries()) {
        now += waitMs;
        log.push(entry(index + 1, now));
        list = [...list, entry(index + 1, now)].slice(-size).filter(({ time }) => time > now - 50);
        expect(log.length).toBe(list.length);
        expect(log.last).toBe(index + 1);
        expect(log.read({ kind: 'rewind', count })).toEqual(count === 0 ? [] : list.slice(-count).slice(0, 1));
        const following = list.filter(({ seq }) => seq > after);
        expect(log.read({ kind: 'after', seq: after, limit: count, bytes: 1e9 })).toEqual(following.slice(0, count));
        const before = list.filter(({ seq }) => seq < after).reverse();
        expect(log.read({ kind: 'before', seq: after, limit: count, bytes: 1e9 })).toEqual(before.slice(0, count));
      }
      log.dropExpired(now + 50);
      expect([log.length, log.last]).toEqual([0, undefined]);
    }),
  );
});

it('remembers the numbers of as many channels as it may', () => {
  const numbers = new LastNumbers(3);
  for (const [index, channel] of ['a', 'b', 'a', 'c', 'c', 'd', 'e'].entries()) numbers.set(channel, index + 1);
  expect(['a', 'b', 'c', 'd', 'e'].map((channel) => numbers.get(channel))).toEqual([undefined, undefined, 5, 6, 7]);
  expect(numbers.forgotten).toBe(3);
});

it('goes round a map some at a time, while it changes', () => {
  const map = new Map([1, 2, 3, 4, 5].map((key) => [key, key]));
  const visited: number[] = [];
  const sweep = new GradualSweep(map, (value) => visited.push(value));
  sweep.step(2);
  map.delete(1);
  map.delete(3);
  map.set(6, 6);
  sweep.step(2);
  expect(visited).toEqual([1, 2, 4, 5]);
  sweep.step(10);
  sweep.step(10);
  expect(visited).toEqual([1, 2, 4, 5, 6, 2, 4, 5, 6]);
});

it('sweeps out what has expired', () => {
  const map = new ExpiringMap<string>();
  for (let index = 0; index < 100; index++) map.set(`k${index}`, 'v', index);
  expect([map.get('k50', 49), map.get('k50', 50)]).toEqual(['v', undefined]);
  map.sweep(30, 50);
  expect(map.size).toBe(70);
  map.sweep(100, 50);
  expect(map.size).toBe(49);
});
