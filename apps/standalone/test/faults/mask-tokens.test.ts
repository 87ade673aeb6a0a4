import { ClientFrames } from '../../src/faults/client-frames';
import { TokenMask } from '../../src/faults/mask-tokens';
import { WireRecord } from '../../src/faults/wire-record';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl';
const masked = (...pieces: string[]): string => {
  const tokens = new TokenMask();
  return pieces.map((piece) => tokens.mask(Buffer.from(piece)).toString()).join('');
};

describe('what is masked', () => {
  it.each([
    ['GET /sse?channel=lab&ticket=abc-1&x=2 HTTP/1.1', 'GET /sse?channel=lab&ticket=*****&x=2 HTTP/1.1'],
    ['Authorization: Bearer s3cret\r\nAccept: */*', 'Authorization: Bearer ******\r\nAccept: */*'],
    [
      'Sec-WebSocket-Protocol: tetracast.v1, tetracast.token.a.b',
      'Sec-WebSocket-Protocol: tetracast.v1, tetracast.token.***',
    ],
    ['Host: a\r\nCookie: tetracast_token=x\r\n\r\n', 'Host: a\r\nCookie: *****************\r\n\r\n'],
    ['40{"token":"abc","after":"1-2"}', '40{"token":"***","after":"1-2"}'],
    ['{"ticket": "abc"}', '{"ticket": "***"}'],
    ['Content-Length: 9\r\n\r\ntoken=abc&channel=lab', 'Content-Length: 9\r\n\r\ntoken=***&channel=lab'],
    ['alone eyJhbGciOiJIUzI1NiJ9.eyJ9.sig end', `alone ${'*'.repeat('eyJhbGciOiJIUzI1NiJ9.eyJ9.sig'.length)} end`],
    ['no secret, 中文', 'no secret, 中文'],
    // A search that started again at each `eyJ` of a long word would take seconds.
    ['a word with eyJ in it: aeyJaaaaaaaaeyJaaaaaaaa.b', 'a word with eyJ in it: aeyJaaaaaaaaeyJaaaaaaaa.b'],
  ])('in %j', (text, wanted) => {
    expect(masked(text)).toBe(wanted);
  });

  const secrets = [
    ['a header', `Authorization: Bearer ${JWT}`, '\r\nAccept: */*'],
    ['a cookie', `Cookie: a=b; tetracast_token=${JWT}; c=d`, '\r\nAccept: */*'],
    ['a long ticket', `GET /sse?ticket=s3cret-${'x'.repeat(300)}`, '&channel=lab HTTP/1.1'],
    ['JSON', `{"token":"${JWT}"`, ',"after":"1-2"}'],
    ['a long cookie', `Cookie: ${'c'.repeat(5000)}`, '\r\nAccept: */*'],
  ] as const;

  it.each(secrets)('a secret that comes in any pieces: %s', (_, secret, rest) => {
    const whole = masked(secret + rest);
    expect(whole).toContain(rest);
    for (const size of [1, 2, 3, 7, 64, 129, 4096]) {
      const pieces = (secret + rest).match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(masked(...pieces)).toBe(whole);
    }
  });

  it('a token alone that comes in any pieces, but for the beginning that all tokens have', () => {
    for (const size of [1, 2, 3, 7, 19, 20, 21]) {
      const pieces = JWT.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
      expect(masked(...pieces, ' and more')).toMatch(/^[eyJhbGciO]{0,10}\*{42,} and more$/);
    }
  });
});

describe('the frames of a client', () => {
  const NOTHING = Buffer.alloc(0);
  const frame = (payload: Buffer): Buffer => {
    const head = Buffer.alloc(payload.length < 126 ? 6 : 8);
    head[0] = 0x81;
    if (payload.length < 126) head[1] = 0x80 | payload.length;
    else {
      head[1] = 0x80 | 126;
      head.writeUInt16BE(payload.length, 2);
    }
    return Buffer.concat([head, payload]);
  };

  const MAX = 4096;

  it('are found wherever the bytes are split', () => {
    const frames = [
      frame(Buffer.from('one')),
      frame(Buffer.alloc(300, 'x')),
      frame(NOTHING),
      frame(Buffer.from('three')),
    ];
    const bytes = Buffer.concat(frames);
    for (let size = 1; size < 40; size += 1) {
      const splitter = new ClientFrames(MAX);
      const found = [];
      for (let at = 0; at < bytes.length; at += size) found.push(...splitter.take(bytes.subarray(at, at + size)));
      expect(found).toEqual(frames.map((each) => ({ length: each.length, bytes: each })));
    }
  });

  it('are kept in part where they are long', () => {
    const splitter = new ClientFrames(MAX);
    const long = Buffer.alloc(14 + 70_000, 'x');
    long.set([0x81, 0xff]);
    long.writeBigUInt64BE(70_000n, 2);
    long.fill(0, 10, 14);
    const short = frame(Buffer.from('next'));
    const bytes = Buffer.concat([long, short]);
    const found = [...splitter.take(bytes.subarray(0, 9)), ...splitter.take(bytes.subarray(9))];
    expect(found).toEqual([
      { length: long.length, bytes: long.subarray(0, MAX) },
      { length: short.length, bytes: short },
    ]);
    expect(found.map(({ bytes: kept }) => kept.buffer.byteLength)).not.toContain(bytes.length);
  });

  it('hide a token that a message has in several frames, and a ping between them', () => {
    const splitter = new ClientFrames(MAX);
    const [first, second, next] = [
      frame(Buffer.from('{"token":"se')),
      frame(Buffer.from('cret"}')),
      frame(Buffer.from('se')),
    ];
    first[0] = 0x01;
    second[0] = 0x80;
    const ping = frame(NOTHING);
    ping[0] = 0x89;
    const found = splitter.take(Buffer.concat([first, ping, second, next]));
    expect(found.map(({ bytes }) => bytes.subarray(6).toString())).toEqual(['{"token":"**', '', '****"}', 'se']);
  });
});

describe('the record', () => {
  const kept = (wire: WireRecord): string =>
    wire
      .after(0)
      .map(({ base64 = '' }) => Buffer.from(base64, 'base64').toString('latin1'))
      .join('|');

  it('has nothing of a request before it is admitted, and nothing of one that is refused', () => {
    const wire = new WireRecord();
    const connection = wire.openConnection('sse');
    connection.sent(Buffer.from('GET /sse'));
    expect(wire.after(0)).toEqual([]);
    connection.sent(Buffer.from(' HTTP/1.1\r\n\r\n'));
    connection.admit();
    connection.sent(Buffer.from('body'));
    connection.awaitRequest();
    connection.received(Buffer.from('answer'));
    connection.sent(Buffer.from('of another page'));
    connection.refuse();
    connection.received(Buffer.from('403'));
    connection.sent(Buffer.from('more'));
    connection.event('cut');
    expect(kept(wire)).toBe('GET /sse| HTTP/1.1\r\n\r\n|body|answer');
  });

  it('has the frames that came with the handshake, without their tokens', () => {
    const wire = new WireRecord();
    const connection = wire.openConnection('websocket');
    const auth = Buffer.from('\x81\x8e\0\0\0\0{"token":"abc"', 'latin1');
    connection.sent(Buffer.concat([Buffer.from('GET /ws HTTP/1.1\r\n\r\n'), auth.subarray(0, 3)]));
    connection.sent(auth.subarray(3));
    connection.upgrade();
    connection.received(Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r'));
    connection.received(Buffer.from('\n\x81\x02hi', 'latin1'));
    connection.received(Buffer.from('\x81\x02ho', 'latin1'));
    expect(wire.after(0).map(({ kind, isFrames = false }) => [kind, isFrames])).toEqual([
      ['sent', false],
      ['sent', true],
      ['received', false],
      ['received', false],
      ['received', true],
      ['received', true],
    ]);
    expect(kept(wire)).toContain('|\x81\x8e\0\0\0\0{"token":"***"|');
  });

  it('keeps a bounded number of entries and bytes, the newest', () => {
    const wire = new WireRecord();
    const connection = wire.openConnection('polling');
    connection.admit();
    for (let count = 0; count < 2000; count += 1) connection.received(Buffer.alloc(5000, 'x'));
    const kept = wire.after(0);
    expect(kept.reduce((sum, { base64 = '' }) => sum + base64.length, 0)).toBeLessThanOrEqual(131_072);
    expect(kept.at(-1)).toMatchObject({ number: 2000, length: 5000 });
    for (let count = 0; count < 2000; count += 1) wire.event('polling', 'away');
    expect(wire.after(0).length).toBeLessThanOrEqual(400);
    expect(wire.after(3999)).toHaveLength(1);
  });
});
