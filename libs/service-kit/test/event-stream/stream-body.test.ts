import { encodeBlock } from '../../src/event-stream/sse-framing';
import { bodyFor, chunkedBody, plainBody } from '../../src/event-stream/stream-body';

const MESSAGE = { id: 'e-1', channel: 'news', event: 'message', data: '"h\u00e9llo"', time: 5 };

it.each([
  ['1.1', chunkedBody],
  ['1.0', plainBody],
])('HTTP/%s has the body it can read', (version, body) => {
  expect(bodyFor(version)).toBe(body);
});

describe('a body in chunks', () => {
  it('says so in the head, has each message in its own chunk, and has a last one', () => {
    expect(chunkedBody.headerLines).toBe('transfer-encoding: chunked\r\n');
    // The size counts bytes, and is hexadecimal: "é" has two.
    expect(chunkedBody.framings.data.encode(MESSAGE).toString()).toBe('16\r\nid: e-1\ndata: h\u00e9llo\n\n\r\n');
    expect(chunkedBody.heartbeat.toString()).toBe('3\r\n:\n\n\r\n');
    expect(chunkedBody.encode('retry: 1\n\n').toString()).toBe('a\r\nretry: 1\n\n\r\n');
    expect(chunkedBody.end.toString()).toBe('0\r\n\r\n');
  });
});

describe('a body that ends with the connection', () => {
  it('is nothing but the blocks', () => {
    const block = encodeBlock(MESSAGE, 'message');

    expect(plainBody.headerLines).toBe('');
    expect(plainBody.framings.message.encode(MESSAGE).toString()).toBe(block);
    expect(plainBody.encode(block).toString()).toBe(block);
    expect(plainBody.heartbeat.toString()).toBe(':\n\n');
    expect(plainBody.end).toHaveLength(0);
  });
});

it('bytes are shared by framing: each way and format has its own', () => {
  const framings = [chunkedBody, plainBody].flatMap(({ framings: { message, data } }) => [message, data]);

  expect(new Set(framings).size).toBe(4);
  expect(new Set(framings.map(({ name }) => name)).size).toBe(4);
});
