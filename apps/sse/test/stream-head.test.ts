import { encodeHead } from '../src/stream-head';

describe('the head of a stream', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is dated by the second in which it is written', () => {
    jest.useFakeTimers({ now: Date.UTC(2026, 0, 2, 3, 4, 5, 999) });
    expect(encodeHead({}, '')).toContain('\r\ndate: Fri, 02 Jan 2026 03:04:05 GMT\r\n');
    jest.advanceTimersByTime(1);
    expect(encodeHead({}, '')).toContain('\r\ndate: Fri, 02 Jan 2026 03:04:06 GMT\r\n');
    // A clock may be set back.
    jest.setSystemTime(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(encodeHead({}, '')).toContain('\r\ndate: Fri, 02 Jan 2026 03:04:05 GMT\r\n');
  });
});
