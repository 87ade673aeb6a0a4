import {
  adviceOf,
  CLOSE_CODES,
  closeNameOf,
  isChannel,
  isClientKey,
  isEvent,
  namespaceOf,
  RESERVED_EVENTS,
  utf8Length,
} from '../src';
import fc from 'fast-check';

describe('channel names', () => {
  it.each([
    'news',
    'a',
    '7',
    'chat:room-1',
    'user:ann@example.org',
    'Ärger_~.x',
    '部屋',
    'x'.repeat(200),
    'é'.repeat(100),
  ])('takes %s', (name) => {
    expect(isChannel(name)).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['one of ours', '$presence'],
    ['a leading dot', '.news'],
    ['a leading underscore', '_news'],
    ['a space', 'a b'],
    ['a comma', 'a,b'],
    ['a slash', 'a/b'],
    ['a newline at the end', 'news\n'],
    ['a NUL', 'a\0'],
    ['an emoji', 'a😀'],
    ['201 bytes', 'x'.repeat(201)],
    ['202 bytes in 101 letters', 'é'.repeat(101)],
    ['letters not in normal form C', 'e\u0301'],
    ['a number', 7],
    ['nothing', undefined],
  ])('refuses %s', (_, name) => {
    expect(isChannel(name)).toBe(false);
  });

  it('has its namespace before the first colon', () => {
    expect(['chat:room:1', 'chat:', 'chat'].map(namespaceOf)).toEqual(['chat', 'chat', undefined]);
  });
});

describe('event names', () => {
  it.each(['message', 'price', 'a.b:c-d_e', '気温', 'x'.repeat(64)])('takes %s', (name) => {
    expect(isEvent(name)).toBe(true);
  });

  it.each(['', 'x'.repeat(65), 'a b', 'a\n', 'tetracast:reset', 'tetracast:', ...RESERVED_EVENTS])(
    'refuses %j',
    (name) => {
      expect(isEvent(name)).toBe(false);
    },
  );
});

describe('client keys', () => {
  it('are 1 to 64 visible ASCII characters', () => {
    expect(['a', 'x'.repeat(64), '!~'].every(isClientKey)).toBe(true);
    expect(['', 'x'.repeat(65), 'a b', 'é', 'a\n', 7].some(isClientKey)).toBe(false);
  });
});

describe('utf8Length', () => {
  it('counts as the encoder does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (a, b) => {
        expect(utf8Length(a + b)).toBe(Buffer.byteLength(a + b));
      }),
    );
    for (const text of ['\ud800', '\udc00a', '\ud83d\ude00\ud83d'])
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
  });
});

describe('close codes', () => {
  it('show by their range whether to reconnect', () => {
    expect(adviceOf(CLOSE_CODES.unauthorized.code)).toBe('never');
    expect([3999, 4000, 4099, 4100, 4199, 4200, 4299, 4300].map(adviceOf)).toEqual([
      'back-off',
      'never',
      'never',
      'back-off',
      'back-off',
      'now',
      'now',
      'back-off',
    ]);
    expect([1001, 1006, 1008, 1009, 1012, 1013].map(adviceOf)).toEqual([
      'back-off',
      'back-off',
      'never',
      'never',
      'back-off',
      'back-off',
    ]);
  });

  it.each([
    ['message_too_large', 1009],
    ['invalid_channel', 4000],
    ['forbidden', 4003],
    ['rate_limited', 4100],
    ['internal', 4101],
    ['overloaded', 1013],
  ] as const)('of %s is %i', (error, code) => {
    expect(CLOSE_CODES[closeNameOf(error)].code).toBe(code);
  });

  it('are all different', () => {
    const codes = Object.values(CLOSE_CODES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
