import { Permissions, Revocations, type TokenClaims } from '../src';

const NOTHING = { subscribe: [], publish: [], presence: [], admin: false };
const permissionsOf = (claims: Omit<TokenClaims, 'tetracast'>): Permissions =>
  Permissions.of({ ...claims, tetracast: NOTHING });
const AT = 1_700_000_000_500;
const AT_S = 1_700_000_000;

describe('a revocation', () => {
  it.each<[string, Omit<TokenClaims, 'tetracast'>, boolean]>([
    ['the token', { jti: 't' }, true],
    ['the token, issued later', { jti: 't', iat: AT_S + 9 }, true],
    ['another token', { jti: 'u' }, false],
    ['a token issued before', { sub: 'ann', iat: AT_S - 1 }, true],
    ['a token issued in the same second', { sub: 'ann', iat: AT_S }, true],
    ['a token issued after', { sub: 'ann', iat: AT_S + 1 }, false],
    ['a token that does not say when', { sub: 'ann' }, true],
    ['a token of another subject', { sub: 'bob', iat: 1 }, false],
    ['a token without names', {}, false],
  ])('of a token t and of the subject ann: %s', (_what, claims, isCovered) => {
    const revocations = new Revocations();
    revocations.add({ jti: 't', at: AT });
    revocations.add({ sub: 'ann', at: AT });
    revocations.add({ sub: 'ann', at: AT - 5000 });

    expect(revocations.covers(permissionsOf(claims))).toBe(isCovered);
    expect(revocations.covers(Permissions.anonymous(['*'], ['*']))).toBe(false);
    expect(revocations.size).toBe(2);
  });

  it('is forgotten when it is old', () => {
    const revocations = new Revocations();
    revocations.add({ jti: 't', sub: 'ann', at: AT });
    revocations.forgetBefore(AT);
    expect(revocations.size).toBe(2);

    revocations.forgetBefore(AT + 1);
    expect(revocations.size).toBe(0);
    expect(revocations.covers(permissionsOf({ jti: 't', sub: 'ann' }))).toBe(false);
  });
});

it('a revocation is new once, and again only when it is later', () => {
  const revocations = new Revocations();
  const adds = [
    { jti: '1', at: 5 },
    { jti: '1', at: 5 },
    { sub: '1', at: 5 },
    { sub: '1', at: 4 },
    { sub: '1', at: 6 },
    { jti: '1', sub: '2', at: 1 },
  ];
  expect(adds.map((revocation) => revocations.add(revocation))).toEqual([true, false, true, false, true, true]);
});
