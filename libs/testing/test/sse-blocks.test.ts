import { SseReader } from '../src';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('SseReader', () => {
  it('reads blocks', () => {
    const text = 'retry: 1500\nid: a-1\n\n: heartbeat\n\nid: a-2\nevent: price\ndata: one\ndata: \ndata:  two\n\n';

    expect(new SseReader().push(bytes(text))).toEqual([
      { retry: 1500, id: 'a-1', comments: [] },
      { comments: ['heartbeat'] },
      { id: 'a-2', event: 'price', data: 'one\n\n two', comments: [] },
    ]);
  });

  it('reads them whole however they are cut, even within a character', () => {
    const reader = new SseReader();

    const blocks = [...bytes('data: é👍\n\n')].flatMap((byte) => reader.push(Uint8Array.of(byte)));

    expect(blocks).toEqual([{ data: 'é👍', comments: [] }]);
  });

  it.each([
    ['a CR', 'data: a\rb\n\n'],
    ['a CRLF', 'data: a\r\n\r\n'],
    ['an unknown field', 'name: a\n\n'],
    ['no space after the colon', 'data:a\n\n'],
    ['a line without a colon', 'data\n\n'],
    ['two ids', 'id: a\nid: b\ndata: c\n\n'],
    ['two events', 'event: a\nevent: b\ndata: c\n\n'],
    ['a retry that is no number', 'retry: soon\n\n'],
    ['the default event by name', 'event: message\ndata: a\n\n'],
    ['an empty block', '\n'],
  ])('throws on %s', (_, text) => {
    expect(() => new SseReader().push(bytes(text))).toThrow('event stream');
  });

  it('throws on what is no UTF-8', () => {
    expect(() => new SseReader().push(Uint8Array.of(0x64, 0xff))).toThrow('not valid for encoding utf-8');
  });
});
