import { Value } from '@sinclair/typebox/value';
import fc from 'fast-check';
import {
  createProblem,
  dataAlone,
  encodeMessage,
  encodeMessageFrame,
  encodeMessageInfo,
  encodeServerFrame,
  ERRORS,
  type ErrorCode,
  isErrorCode,
  MessageSchema,
  SERVER_FRAMES,
} from '../src';
import { channels, clientKeys, events, json, positions } from './arbitraries';

const messages = fc.record(
  {
    id: positions.map(({ epoch, seq }) => `${epoch}-${seq}`),
    channel: channels,
    event: events,
    data: json,
    time: fc.maxSafeNat(),
    client: clientKeys,
    user: fc.string({ unit: 'grapheme', minLength: 1 }),
    cursor: positions.map(({ epoch, seq }) => `${epoch}-${seq}~9.AbCd_-12`),
  },
  { requiredKeys: ['id', 'channel', 'event', 'data', 'time'] },
);

describe('encodeMessage', () => {
  it('comes back as the message, in any JSON reader', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const text = encodeMessage({ ...message, data: JSON.stringify(message.data) });
        expect(JSON.parse(text)).toEqual(message);
        expect(Value.Check(MessageSchema, JSON.parse(text))).toBe(true);
      }),
    );
  });

  it('writes the data as the very text it was published as', () => {
    const message = { id: 'e-1', channel: 'news', event: 'message', time: 1, data: '{"big":12345678901234567890}' };
    expect(encodeMessage(message)).toContain('"data":{"big":12345678901234567890}');
  });

  it('is the info and the data', () => {
    fc.assert(
      fc.property(messages, ({ data, ...info }) => {
        expect(JSON.parse(encodeMessageInfo({ ...info, data: JSON.stringify(data) }))).toEqual(info);
      }),
    );
  });

  it('is the WebSocket frame but for the type', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const frame: unknown = JSON.parse(encodeMessageFrame({ ...message, data: JSON.stringify(message.data) }));
        expect(frame).toEqual({ type: 'message', ...message });
        expect(Value.Check(SERVER_FRAMES.message, frame)).toBe(true);
      }),
    );
  });
});

describe('server frames', () => {
  it.each([
    { type: 'welcome', connection: 'c', client: 'k', cursor: 'e-1' },
    { type: 'subscribed', ref: 1, channels: ['a'], cursor: 'e-1' },
    { type: 'unsubscribed', channels: ['a'] },
    { type: 'ack', ref: 'r', id: 'e-1' },
    { type: 'reset', channels: ['a'], reason: 'trimmed', cursor: 'e-1' },
    { type: 'pong' },
    { type: 'error', code: 'invalid_frame', message: 'no' },
  ] as const)('$type comes back as it was and fits its schema', (frame) => {
    const back: unknown = JSON.parse(encodeServerFrame(frame as Parameters<typeof encodeServerFrame>[0]));
    expect(back).toEqual(frame);
    expect(Value.Check(SERVER_FRAMES[frame.type], back)).toBe(true);
  });
});

describe('errors', () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])('%s has its own problem', (code) => {
    expect(isErrorCode(code)).toBe(true);
    const problem = createProblem(code, 'because');
    expect(problem).toEqual({
      type: `urn:tetracast:error:${code}`,
      title: ERRORS[code].title,
      status: ERRORS[code].status,
      code,
      detail: 'because',
    });
    expect(problem.status).toBeGreaterThanOrEqual(400);
  });

  it('knows no other', () => {
    expect(['toString', '', 'nope', 4].some(isErrorCode)).toBe(false);
  });
});

describe('the data alone', () => {
  it.each([
    ['a string', '"a\\n\\"b\\""', 'a\n"b"'],
    ['an empty string', '""', ''],
    ['a number', '1.50', '1.50'],
    ['null', 'null', 'null'],
    ['an object', '{"a":"b"}', '{"a":"b"}'],
  ])('of %s', (_, data, alone) => {
    expect(dataAlone({ data })).toBe(alone);
  });
});
