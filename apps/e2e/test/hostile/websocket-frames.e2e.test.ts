import { CLOSE_CODES, CURSOR_PATTERN, isErrorCode, type ServerFrame } from '@tetracast/message-model';
import fc from 'fast-check';
import { describeUnderFire } from './describe-under-fire';
import { expectKnown, readAnswers } from './http-answer';
import { cuts, split } from './mutations';
import { RawConnection } from './raw-connection';
import { encodeText, OPCODES, RawWebSocket, type ReceivedFrame } from './raw-websocket';
import { encodeFrames, fragments, frames, texts, truthfulFrames } from './websocket-arbitraries';

/** What a server may close with for what its peer did: RFC 6455, section 7.4.1, and our own. */
const CLOSES: readonly number[] = [
  1000,
  1001,
  1002,
  1003,
  1005,
  1007,
  1009,
  ...Object.values(CLOSE_CODES).map(({ code }) => code),
];
/** Changes of subscriptions run alone: when this one is answered, all frames before it are. */
const LAST = { type: 'unsubscribe', channels: ['fuzz'], ref: 'the last one' };
/** One of these is owed for each frame. */
const ANSWERS: readonly string[] = ['error', 'subscribed', 'unsubscribed', 'ack', 'pong'];
/** A connection is cut after 20 bad frames in a row. */
const FRAMES_MAX = 19;
/** Each is answered by one as large. */
const PINGS = encodeFrames(
  Array.from({ length: 500 }, () => ({ opcode: OPCODES.ping, payload: Buffer.alloc(125, 'x') })),
);
/** Far more than the kernel has room for. */
const PING_FLOODS = 500;
/** What would be the fault of the service. */
const FAILURES = ['internal', 'unavailable'];
/** Above MAX_MESSAGE_BYTES in any encoding. */
const OVERSIZE = 256 * 1024;

describeUnderFire('WebSocket frames that no client sends', (attack) => {
  it('are answered by coded errors, one by one, and end no connection: JSON', async () => {
    const lists = fc.array(texts, { minLength: 1, maxLength: FRAMES_MAX, size: 'max' });
    await attack().expectForAll(300, lists, async (list) => {
      using websocket = await RawWebSocket.open(attack().target.port, '/ws?channel=fuzz');
      await websocket.connection.send(Buffer.concat([...list, JSON.stringify(LAST)].map(encodeText)));
      const received = await websocket.until(
        (all) => all.some(({ payload }) => payload.includes(LAST.ref)),
        'the last answer',
      );
      const answers = received.filter((frame) => ANSWERS.includes(typeOf(frame)));
      // The first is to the URL.
      expect(answers).toHaveLength(1 + list.length + 1);
      expectKnownFrames(received);
    });
  });

  it('are answered or end the connection, and nothing waits for more: bytes', async () => {
    const lists = fc.record({
      list: fc.oneof(
        fc.array(truthfulFrames, { minLength: 1, maxLength: 6 }),
        fc.array(frames, { minLength: 1, maxLength: 3 }),
        fragments,
      ),
      cuts,
    });
    await attack().expectForAll(600, lists, async ({ list, cuts }) => {
      using websocket = await RawWebSocket.open(attack().target.port, '/ws?channel=fuzz');
      await websocket.connection.send(...split(encodeFrames(list), cuts));
      await attack().target.passed();
      expectKnownFrames(await websocket.finish());
    });
  });

  it('that are too large are cut with 1009, before they are there', async () => {
    const sizes = fc.record({ size: fc.integer({ min: OVERSIZE, max: 2 ** 31 }), fragmented: fc.boolean() });
    await attack().expectForAll(100, sizes, async ({ size, fragmented }) => {
      using websocket = await RawWebSocket.open(attack().target.port, '/ws');
      const piece = { opcode: OPCODES.text, payload: Buffer.alloc(OVERSIZE / 2 - 1, 'x'), fin: false };
      const whole = { opcode: OPCODES.text, payload: Buffer.alloc(16), length: BigInt(size) };
      const rest = { ...piece, opcode: OPCODES.continuation };
      await websocket.connection.send(encodeFrames(fragmented ? [piece, rest, rest] : [whole]));
      const received = await websocket.until((all) => all.some(({ opcode }) => opcode === OPCODES.close), 'the close');
      expect(closeCodeIn(received)).toBe(CLOSE_CODES.too_big.code);
    });
  });

  it.each(['/ws', '/socket.io/?EIO=4&transport=websocket'])(
    'take no memory from a service whose client pings and pings and reads no answer: %s',
    async (path) => {
      const { target } = attack();
      using websocket = await RawWebSocket.open(target.port, path);
      const before = await target.memory();

      // Only the newest ping is kept for an answer, so that the connection need not end.
      expect(await websocket.flood(PINGS, PING_FLOODS)).toBe(false);
      await target.memoryBelow(before + PINGS.length * 20);
    },
  );

  it('are not even begun by a handshake that is none: the answer is a documented one', async () => {
    const handshakes = fc.record({
      path: fc.constantFrom(
        '/ws',
        '/ws?channel=fuzz',
        '/ws?channel=%',
        '/ws/',
        '/wss',
        '/socket.io/?EIO=4&transport=websocket',
        '/',
      ),
      method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD', 'OPTIONS'),
      upgrade: fc.constantFrom('websocket', 'WebSocket', 'websocket, h2c', 'h2c', ''),
      version: fc.constantFrom('13', '8', '14', '', '13, 8', '0x0d'),
      key: fc.oneof(fc.constant('dGhlIHNhbXBsZSBub25jZQ=='), fc.constant(''), fc.base64String({ maxLength: 40 })),
      protocol: fc.constantFrom('', 'tetracast.v1', 'a b', ',', 'a,a', 'x'.repeat(2000)),
      extensions: fc.constantFrom('', 'permessage-deflate', 'permessage-deflate; client_max_window_bits=99', ';', '"'),
    });
    await attack().expectForAll(300, handshakes, async ({ path, method, ...request }) => {
      using connection = await RawConnection.open(attack().target.port);
      const fields = [
        ['Host', '127.0.0.1'],
        ['Connection', 'Upgrade'],
        ['Upgrade', request.upgrade],
        ['Sec-WebSocket-Version', request.version],
        ['Sec-WebSocket-Key', request.key],
        ['Sec-WebSocket-Protocol', request.protocol],
        ['Sec-WebSocket-Extensions', request.extensions],
      ].filter(([, value]) => value !== '');
      const lines = [`${method} ${path} HTTP/1.1`, ...fields.map((field) => field.join(': ')), '', ''];
      await connection.send(Buffer.from(lines.join('\r\n')));
      await attack().target.passed();
      for (const answer of readAnswers(await connection.finish(), method)) expectKnown(answer, path, method);
    });
  });
});

/** Every frame is one that the protocol has, and none reports a failure. */
function expectKnownFrames(received: readonly ReceivedFrame[]): void {
  for (const { opcode, payload } of received) {
    expect(Object.values(OPCODES)).toContain(opcode);
    if (opcode === OPCODES.text) expectKnownFrame(JSON.parse(payload.toString()) as ServerFrame);
  }
  const code = closeCodeIn(received);
  // Codes from 3000 on are the client's own, which come back to it.
  const allowed = code !== undefined && code >= 3000 ? [code] : [undefined, ...CLOSES];
  expect(allowed).toContain(code);
  // RFC 6455, section 5.5.1: nothing follows a close frame.
  const close = received.findIndex(({ opcode }) => opcode === OPCODES.close);
  expect(close < 0 ? [] : received.slice(close + 1)).toEqual([]);
}

function expectKnownFrame(frame: ServerFrame): void {
  if ('cursor' in frame) expect(frame.cursor).toMatch(CURSOR_PATTERN);
  if (frame.type !== 'error') return;
  expect(isErrorCode(frame.code)).toBe(true);
  expect(FAILURES).not.toContain(frame.code);
}

function typeOf({ opcode, payload }: ReceivedFrame): string {
  return opcode === OPCODES.text ? (JSON.parse(payload.toString()) as ServerFrame).type : '';
}

/** `undefined` without a close frame; 1005 for one that has no code. */
function closeCodeIn(received: readonly ReceivedFrame[]): number | undefined {
  const close = received.find(({ opcode }) => opcode === OPCODES.close);
  return close && (close.payload.length < 2 ? 1005 : close.payload.readUInt16BE());
}
