import fc from 'fast-check';
import { type ClientFrame, isMeantAsAuth, parseClientFrame } from '../src';
import { channels, clientKeys, events, json } from './arbitraries';

const ref = fc.oneof(fc.string({ maxLength: 64 }), fc.integer());
const frames: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record(
    {
      type: fc.constant('subscribe' as const),
      channels: fc.array(channels, { minLength: 1, maxLength: 5 }),
      after: fc.string(),
      rewind: fc.nat(),
      ref,
    },
    { requiredKeys: ['type', 'channels'] },
  ),
  fc.record(
    { type: fc.constant('unsubscribe' as const), channels: fc.array(channels, { minLength: 1 }), ref },
    { requiredKeys: ['type', 'channels'] },
  ),
  fc.record(
    {
      type: fc.constant('publish' as const),
      channel: channels,
      event: events,
      data: json,
      echo: fc.boolean(),
      client: clientKeys,
      ref,
    },
    { requiredKeys: ['type', 'channel', 'data'] },
  ),
  fc.record({ type: fc.constant('auth' as const), token: fc.string(), ref }, { requiredKeys: ['type', 'token'] }),
  fc.record({ type: fc.constant('ping' as const), ref }, { requiredKeys: ['type'] }),
);

describe('parseClientFrame', () => {
  it('reads back every frame', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        expect(parseClientFrame(JSON.stringify(frame))).toEqual({ ok: true, frame });
      }),
    );
  });

  it('answers any text with a frame or a code, and never throws', () => {
    const texts = fc.oneof(
      fc.string(),
      json.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseClientFrame(text);
        expect(parsed.ok ? parsed.frame.type : parsed.message).toEqual(expect.any(String));
      }),
    );
  });

  it.each([
    ['{', 'invalid_frame'],
    ['[]', 'invalid_frame'],
    ['null', 'invalid_frame'],
    ['{}', 'invalid_frame'],
    ['{"type":"nope"}', 'invalid_frame'],
    ['{"type":"__proto__"}', 'invalid_frame'],
    ['{"type":"subscribe"}', 'invalid_frame'],
    ['{"type":"subscribe","channels":[]}', 'invalid_frame'],
    ['{"type":"subscribe","channels":"news"}', 'invalid_frame'],
    ['{"type":"subscribe","channels":["a b"]}', 'invalid_channel'],
    ['{"type":"subscribe","channels":["news"],"rewind":-1}', 'invalid_frame'],
    ['{"type":"publish","channel":"$x","data":1}', 'invalid_channel'],
    ['{"type":"publish","data":1}', 'invalid_frame'],
    ['{"type":"publish","channel":"news"}', 'invalid_frame'],
    ['{"type":"publish","channel":"news","data":1,"event":"error"}', 'invalid_event'],
    ['{"type":"publish","channel":"news","data":1,"echo":"no"}', 'invalid_frame'],
    ['{"type":"auth"}', 'invalid_frame'],
  ])('%s → %s', (text, code) => {
    expect(parseClientFrame(text)).toMatchObject({ ok: false, code });
  });

  it('gives the ref back with the refusal', () => {
    expect(parseClientFrame('{"type":"nope","ref":"r1"}')).toMatchObject({ ok: false, ref: 'r1' });
    expect(parseClientFrame('{"type":"nope","ref":1e400}')).not.toHaveProperty('ref');
  });

  it.each([
    '"type":"subscribe","channels":[@]',
    '"type":"publish","data":1,"channel":@',
    '"type":"publish","data":1,"channel":"a","event":@',
  ])('refuses a name that is nested deeper than the stack: %s', (members) => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(parseClientFrame(`{${members.replace('@', deep)}}`)).toMatchObject({ ok: false });
  });
});

describe('a text that is meant as an auth frame', () => {
  it.each([
    '{"type":"auth","token":"t"}',
    ' \n{"ref":1,"type":"auth"}',
    '\ufeff{"type":"auth","token":["t"]}',
    '{"type":"\\u0061uth","jwt":"t"}',
  ])('is known by its type alone: %s', (text) => {
    expect(isMeantAsAuth(text)).toBe(true);
  });

  it.each([
    'auth',
    '"auth"',
    '{"type":"auth"',
    '{"type":"author"}',
    '{"a":{"type":"auth"}}',
    '[{"type":"auth"}]',
    '{}',
    '',
  ])('is none: %s', (text) => {
    expect(isMeantAsAuth(text)).toBe(false);
  });
});
