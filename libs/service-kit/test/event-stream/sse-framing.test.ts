import { SseReader } from '@tetracast/testing';
import fc from 'fast-check';
import type { EncodedMessage } from '@tetracast/message-model';
import { encodeBlock, encodeOpening, encodeReset, HEARTBEAT } from '../../src/event-stream/sse-framing';

const MESSAGE: EncodedMessage = { id: 'e-1', channel: 'news', event: 'message', data: '"hi"', time: 5 };

const bytesOf = (block: string): Buffer => Buffer.from(block);

describe('a message', () => {
  it('is one block of id and data, without its event when that is the default', () => {
    expect(encodeBlock(MESSAGE, 'message')).toBe(
      'id: e-1\ndata: {"id":"e-1","channel":"news","event":"message","data":"hi","time":5}\n\n',
    );
  });

  it('has its event otherwise', () => {
    expect(encodeBlock({ ...MESSAGE, event: 'price' }, 'message')).toMatch(/^id: e-1\nevent: price\ndata: \{.*\}\n\n$/);
  });

  it.each([
    ['"hi"', 'data: hi\n'],
    ['""', 'data: \n'],
    ['" padded "', 'data:  padded \n'],
    ['"two\\nlines"', 'data: two\ndata: lines\n'],
    ['"a\\rb\\r\\nc\\n\\nd"', 'data: a\ndata: b\ndata: c\ndata: \ndata: d\n'],
    ['"\\n"', 'data: \ndata: \n'],
    ['"id: 9\\n\\nevent: x"', 'data: id: 9\ndata: \ndata: event: x\n'],
    ['"\\u2028\\u0000é"', 'data: \u2028\0é\n'],
    ['"half \\ud83d"', 'data: half \ufffd\n'],
    ['["half \\ud83d"]', 'data: ["half \\ud83d"]\n'],
    ['{"a":"x\\ny"}', 'data: {"a":"x\\ny"}\n'],
    ['[1,2]', 'data: [1,2]\n'],
    ['7', 'data: 7\n'],
    ['null', 'data: null\n'],
  ])('in format=data of %s is %j', (data, lines) => {
    expect(bytesOf(encodeBlock({ ...MESSAGE, data }, 'data')).toString()).toBe(`id: e-1\n${lines}\n`);
  });

  it('of any data is read back by a strict reader, in both formats', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.stringMatching(/^[\r\n :a]*$/)), (value) => {
        const data = JSON.stringify(value);
        const message = { ...MESSAGE, data };
        const [whole] = new SseReader().push(bytesOf(encodeBlock(message, 'message')));
        const [bare] = new SseReader().push(bytesOf(encodeBlock(message, 'data')));

        expect(JSON.stringify((JSON.parse(whole?.data ?? '') as { data: unknown }).data)).toBe(data);
        expect(bare?.data).toBe(typeof value === 'string' ? normalize(value) : data);
        expect([whole?.id, bare?.id]).toEqual(['e-1', 'e-1']);
      }),
    );
  });

  it('that was stored with line ends between its tokens is still one block', () => {
    const [block, more] = new SseReader().push(bytesOf(encodeBlock({ ...MESSAGE, data: '{\r\n"a":\n1}' }, 'message')));

    expect(JSON.parse(block?.data ?? '')).toMatchObject({ data: { a: 1 } });
    expect(more).toBeUndefined();
  });
});

it('a reset is an event that sets the cursor', () => {
  const reset = { channels: ['a', 'b'], reason: 'trimmed' as const, cursor: 'e-7' };

  expect(encodeReset(reset)).toBe(
    'id: e-7\nevent: tetracast:reset\ndata: {"channels":["a","b"],"reason":"trimmed","cursor":"e-7"}\n\n',
  );
});

it('an opening has no data, so that it is no event', () => {
  expect(encodeOpening(1500, 'e-0')).toBe('retry: 1500\nid: e-0\n\n');
  expect(encodeOpening(1500)).toBe('retry: 1500\n\n');
});

it('a heartbeat is a comment', () => {
  expect(HEARTBEAT).toBe(':\n\n');
});

// JSON has no lone surrogates on the wire; the three line ends of a stream are one to its reader.
function normalize(value: string): string {
  return Buffer.from(value.replaceAll(/\r\n|\r/g, '\n')).toString();
}
