import { encodeHead } from '../../src/event-stream/stream-head';

describe('the head of a stream', () => {
  it('is dated by the second in which it is written', () => {
    expect(encodeHead({}, '', Date.UTC(2026, 0, 2, 3, 4, 5, 999))).toContain(
      '\r\ndate: Fri, 02 Jan 2026 03:04:05 GMT\r\n',
    );
    expect(encodeHead({}, '', Date.UTC(2026, 0, 2, 3, 4, 6))).toContain('\r\ndate: Fri, 02 Jan 2026 03:04:06 GMT\r\n');
    // A clock may be set back.
    expect(encodeHead({}, '', Date.UTC(2026, 0, 2, 3, 4, 5))).toContain('\r\ndate: Fri, 02 Jan 2026 03:04:05 GMT\r\n');
  });
});
