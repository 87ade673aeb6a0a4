import type { Entry } from '@tetracast/bus';
import { DELETED_EVENT, encodeDeletion, END_EVENT } from '@tetracast/message-model';
import { FramedEntry } from '../../src/delivery/framed-entry';
import { Window, type WindowLimits } from '../../src/channels/window';

const entryOf = (seq: number): Entry => ({
  seq,
  prev: seq - 1,
  channel: 'news',
  event: 'message',
  data: '"x"',
  time: 0,
  echo: true,
});

it('knows the end of its channel until that is deleted, or until a message comes after it', () => {
  const window = new Window({ messages: 10, bytes: Infinity }, 'epoch', 0);
  const ends: number[] = [];
  for (const [index, more] of [
    {},
    { event: END_EVENT },
    { event: DELETED_EVENT, data: encodeDeletion('epoch-1') },
    {},
    { event: END_EVENT },
    { event: DELETED_EVENT, data: encodeDeletion('epoch-5') },
  ].entries()) {
    window.push({ ...entryOf(index + 1), ...more });
    ends.push(window.end);
  }
  expect(ends).toEqual([0, 2, 2, 0, 5, 0]);
});

const BYTES = new FramedEntry('epoch', entryOf(1)).size;

/** The numbers that are left of so many messages. */
function leftOf(count: number, limits: WindowLimits): number[] {
  const window = new Window(limits, 'epoch', 0);
  for (let seq = 1; seq <= count; seq++) window.push(entryOf(seq));
  return window.after(window.floor).map(({ seq }) => seq);
}

it.each<[string, WindowLimits]>([
  ['messages', { messages: 4, bytes: Infinity }],
  ['bytes', { messages: Infinity, bytes: 4 * BYTES }],
])('a window of four messages by their %s has up to a quarter more, and then the newest four', (_, limits) => {
  expect(leftOf(4, limits)).toEqual([1, 2, 3, 4]);
  expect(leftOf(5, limits)).toEqual([1, 2, 3, 4, 5]);
  expect(leftOf(6, limits)).toEqual([3, 4, 5, 6]);
});
