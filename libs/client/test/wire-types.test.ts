import { ERRORS, type Message as WireMessage, type Reset as WireReset } from '@tetracast/message-model';
import type { ErrorCode, Message, Reset } from '../src/index';

/** What the server sends, as this package declares it once more, since it shares no code with the server. */
describe('the types of this package', () => {
  it('are those of the wire contract', () => {
    const message = (wire: WireMessage): Message => wire;
    const reset = (wire: WireReset): Reset => wire;
    const codes = Object.keys(ERRORS) as (keyof typeof ERRORS)[] satisfies ErrorCode[];

    expect([message, reset].map((convert) => convert.length)).toEqual([1, 1]);
    expect(codes).toContain('unauthorized');
  });
});
