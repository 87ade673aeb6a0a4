import { ClientFrames } from '../../src/faults/client-frames';
import { maskTokens } from '../../src/faults/mask-tokens';
import { WireRecord } from '../../src/faults/wire-record';

const masked = (text: string): string => maskTokens(Buffer.from(text)).toString();

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
    ['alone eyJhbGciOiJIUzI1NiJ9.eyJ9.sig end', `alone ${'*'.repeat('eyJhbGciOiJIUzI1NiJ9.eyJ9.sig'.length)} end`],
    ['no secret, 中文', 'no secret, 中文'],
    // A search that started again at each `eyJ` of a long word would take seconds.
    ['a word with eyJ in it: aeyJaaaaaaaaeyJaaaaaaaa.b', 'a word with eyJ in it: aeyJaaaaaaaaeyJaaaaaaaa.b'],
  ])('in %j', (text, wanted) => {
    expect(masked(text)).toBe(wanted);
  });

  it('a token that comes in pieces', () => {
    const wire = new WireRecord();
    const connection = wire.openConnection('sse');
    for (const piece of ['Authorization: Bea', 'rer secr', 'et-', 'end\r\n']) connection.sent(Buffer.from(piece));
    const kept = wire.after(0).map(({ base64 = '' }) => Buffer.from(base64, 'base64').toString());
    expect(kept.join('')).toBe('Authorization: Bearer **********\r\n');
  });
});

describe('the frames of a client', () => {
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

  it('are found wherever the bytes are split', () => {
    const frames = [frame(Buffer.from('one')), frame(Buffer.alloc(300, 'x')), frame(Buffer.from('three'))];
    const bytes = Buffer.concat(frames);
    for (let size = 1; size < 40; size += 1) {
      const splitter = new ClientFrames();
      const found = [];
      for (let at = 0; at < bytes.length; at += size) found.push(...splitter.take(bytes.subarray(at, at + size)));
      expect(found).toEqual(frames);
    }
  });

  it('too long to be kept are counted', () => {
    const splitter = new ClientFrames();
    const long = Buffer.alloc(14 + 70_000);
    long.set([0x81, 0xff]);
    long.writeBigUInt64BE(70_000n, 2);
    const short = frame(Buffer.from('next'));
    expect(splitter.take(Buffer.concat([long, short]))).toEqual([long.length, short]);
  });
});

describe('the record', () => {
  it('keeps a bounded number of entries and bytes, the newest', () => {
    const wire = new WireRecord();
    const connection = wire.openConnection('polling');
    for (let count = 0; count < 2000; count += 1) connection.received(Buffer.alloc(5000, 'x'));
    const kept = wire.after(0);
    expect(kept.reduce((sum, { base64 = '' }) => sum + base64.length, 0)).toBeLessThanOrEqual(131_072);
    expect(kept.at(-1)).toMatchObject({ number: 2000, length: 5000 });
    for (let count = 0; count < 2000; count += 1) wire.event('polling', 'away');
    expect(wire.after(0).length).toBeLessThanOrEqual(400);
    expect(wire.after(3999)).toHaveLength(1);
  });
});
