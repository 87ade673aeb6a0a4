import { isChannel } from '@tetracast/message-model';
import fc from 'fast-check';
import { Permissions, isPattern } from '../src';

const expectedError = (parts: { code: string; message?: string }): Error => expect.objectContaining(parts) as Error;

const part = fc.stringMatching(/^[ab]{1,2}$/);
const channels = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(':'));
const pieces = fc.constantFrom('a', 'b', ':', '*', '{sub}', '$', '.', '{', '}');
const anything = fc.array(pieces, { minLength: 1, maxLength: 5 }).map((all) => all.join(''));
const patterns = fc.array(anything.filter(isPattern), { maxLength: 4 });
const subjects = fc.option(fc.oneof(part, anything, fc.constant('')), { nil: undefined });

const permissionsOf = (publish: string[], sub?: string): Permissions =>
  Permissions.of({
    ...(sub !== undefined && { sub }),
    tetracast: { subscribe: [], publish, presence: [], admin: false },
  });

/** What the patterns mean, word for word. */
function covers(pattern: string, channel: string, sub: string | undefined): boolean {
  if (pattern === '*') return !channel.startsWith('$');
  const hasSubject = pattern.includes('{sub}');
  if (hasSubject && (sub === undefined || sub === '' || sub.includes(':') || sub.includes('*'))) return false;
  const text = hasSubject ? pattern.split('{sub}').join(sub) : pattern;
  if (!text.endsWith(':*')) return text === channel;
  return isChannel(text.slice(0, -2)) && channel.startsWith(text.slice(0, -1));
}

describe('patterns', () => {
  it('cover what they say', () => {
    fc.assert(
      fc.property(patterns, channels, subjects, (list, channel, sub) => {
        expect(permissionsOf(list, sub).mayPublish(channel)).toBe(
          list.some((pattern) => covers(pattern, channel, sub)),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    'news',
    'chat:room',
    '*',
    'chat:*',
    '{sub}',
    '{sub}:*',
    'u-{sub}:*',
    'a:{sub}:b',
    '{sub}{sub}',
    'é'.repeat(100),
  ])('may be %s', (text) => {
    expect(isPattern(text)).toBe(true);
  });

  it.each([
    '',
    'a*',
    '**',
    ':*',
    'a:b:*',
    '*:*',
    '*:a',
    '$a',
    '$a:*',
    'a b',
    '{SUB}',
    '{sub',
    '{}',
    'a:*b',
    'é'.repeat(101),
  ])('may not be %j', (text) => {
    expect(isPattern(text)).toBe(false);
  });

  it.each(['*', ':*', 'a:*', 'a:b', '', '{sub}', '$&', 'a b', 'a\u0301', 'a,b'])(
    'cover nothing by {sub} with the subject %j',
    (sub) => {
      const permissions = permissionsOf(['{sub}', '{sub}:*', 'a:{sub}', 'a{sub}', '{sub}a'], sub);
      const tried = [
        'a',
        'b',
        'a:b',
        'a:b:c',
        'a:a',
        'a:',
        'aa',
        'a:*',
        '*',
        '{sub}',
        'aa:b',
        `a:${sub}`,
        `a${sub}`,
        sub,
      ];

      expect(tried.filter((channel) => permissions.mayPublish(channel))).toEqual([]);
    },
  );

  it('never cover a name of the gateway', () => {
    expect(['$a', '$a:b'].filter((name) => permissionsOf(['*', '$a', '$a:*', '{sub}'], '$a').mayPublish(name))).toEqual(
      [],
    );
  });
});

describe('a permission', () => {
  it('refuses the first channel that it does not allow, by its name', () => {
    const permissions = Permissions.of({
      tetracast: { subscribe: ['news'], publish: ['chat:*'], presence: [], admin: true },
    });

    expect(() => permissions.requireSubscribe(['news', 'chat:a', 'x'])).toThrow(
      expectedError({ code: 'forbidden', message: 'The token does not allow to subscribe to chat:a' }),
    );
    expect(() => permissions.requirePublish('news')).toThrow(
      expectedError({ code: 'forbidden', message: 'The token does not allow to publish to news' }),
    );
    expect(() => permissions.requireSubscribe(['news'])).not.toThrow();
    expect(() => permissions.requirePublish('chat:a')).not.toThrow();
  });

  it('without a token is what everybody may do, and otherwise asks for one', () => {
    const permissions = Permissions.anonymous(['news', '{sub}'], []);

    expect(permissions).toMatchObject({
      claims: undefined,
      subject: undefined,
      expiresAtMs: undefined,
      isAdmin: false,
    });
    expect(() => permissions.requireSubscribe(['news'])).not.toThrow();
    expect(() => permissions.requireSubscribe(['{sub}'])).toThrow(
      expectedError({ code: 'unauthorized', message: 'Send a token to subscribe to {sub}' }),
    );
    expect(() => permissions.requirePublish('news')).toThrow(expectedError({ code: 'unauthorized' }));
  });
});
