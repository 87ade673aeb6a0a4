import { Permissions, readClaims } from '../src/index';

const everybody = Permissions.anonymous(['news', 'open:*'], ['box']);
const ann = Permissions.of(
  readClaims({ sub: 'ann', tetracast: { subscribe: ['chat:*'], publish: ['chat:a'] } }),
  everybody,
);

describe('what a client may do', () => {
  it('is what the token says and what everybody may do', () => {
    expect(['chat:b', 'news', 'open:x', 'box'].map((name) => ann.maySubscribe(name))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(['chat:a', 'box', 'chat:b'].map((name) => ann.mayPublish(name))).toEqual([true, true, false]);
  });

  it('is nothing when neither says anything', () => {
    const empty = readClaims({});
    expect(Permissions.of(empty, Permissions.anonymous([], [])).isNothing).toBe(true);
    expect(Permissions.of(empty, everybody).isNothing).toBe(false);
    expect(Permissions.of(empty).isNothing).toBe(true);
  });

  it('names the first channel that is not covered, as a token that is missing or not enough', () => {
    expect(() => ann.requireSubscribe(['news', 'box', 'other'])).toThrow(
      expect.objectContaining({ code: 'forbidden', message: expect.stringContaining('to box') as string }) as Error,
    );
    expect(() => everybody.requirePublish('news')).toThrow(expect.objectContaining({ code: 'unauthorized' }) as Error);
  });
});

describe('a namespace that is closed', () => {
  const closures = {
    needsToken: { subscribe: new Set(['team']), publish: new Set(['team']) },
    closed: { subscribe: new Set<string>(), publish: new Set(['prices']) },
  };
  const all = Permissions.anonymous(['*'], ['*', 'prices:a'], closures);
  const withToken = Permissions.of(readClaims({ tetracast: { subscribe: ['*'], publish: ['*', 'prices:a'] } }), all);

  it('to clients without a token is open to those whose token allows it', () => {
    expect(['team:a', 'team', 'prices:a'].map((name) => all.maySubscribe(name))).toEqual([false, true, true]);
    expect([all.mayPublish('team:a'), all.mayPublish('other:a')]).toEqual([false, true]);
    expect([withToken.maySubscribe('team:a'), withToken.mayPublish('team:a')]).toEqual([true, true]);
  });

  it('to all clients is closed to every token, whatever its patterns say', () => {
    expect([all, withToken].map((permissions) => permissions.mayPublish('prices:a'))).toEqual([false, false]);
    expect(withToken.maySubscribe('prices:a')).toBe(true);
    expect(withToken.mayPublish('prices')).toBe(true);
  });
});

describe('what few clients may do', () => {
  const closed = { subscribe: new Set<string>(), publish: new Set(['prices']), end: new Set(['prices', 'kept']) };
  const all = Permissions.anonymous([], ['box'], { closed, end: ['free:*'], presence: ['lobby'] });
  const withClaims = Permissions.of(
    readClaims({
      sub: 'ann',
      tetracast: { end: ['*'], cancel: ['{sub}:*'], presence: ['room:*'], info: { name: 'Ann' } },
    }),
    all,
  );

  it('is what the token and everybody may do, and a publisher may cancel but not end', () => {
    expect(['free:a', 'box', 'a'].map((name) => all.mayEnd(name))).toEqual([true, false, false]);
    expect(['a', 'free:a', 'kept:a', 'prices:a'].map((name) => withClaims.mayEnd(name))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(['box', 'ann:a', 'a'].map((name) => withClaims.mayCancel(name))).toEqual([true, true, false]);
    expect(['lobby', 'room:1', 'a'].map((name) => withClaims.maySeeMembers(name))).toEqual([true, true, false]);
  });

  it('is more than nothing', () => {
    expect(Permissions.of(readClaims({ tetracast: { end: ['a'] } })).isNothing).toBe(false);
    expect(Permissions.anonymous([], [], { presence: ['a'] }).isNothing).toBe(false);
  });

  it('has an info of 1 KiB at the most', () => {
    const claimsWith = (length: number) => readClaims({ tetracast: { info: 'x'.repeat(length) } });
    expect(claimsWith(1022).tetracast.info).toHaveLength(1022);
    expect(() => claimsWith(1023)).toThrow(expect.objectContaining({ code: 'unauthorized' }) as Error);
  });
});
