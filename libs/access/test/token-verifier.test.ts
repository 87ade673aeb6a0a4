import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { CompactSign, type JWTPayload, UnsecuredJWT } from 'jose';
import { ALGORITHMS, TokenVerifier, type VerifierOptions } from '../src';
import { stopTimeOfDay } from '@tetracast/testing/clocks';
import { nowS, pairOf, PAIRS, pemOf, SECRET, secretKey, sign } from './keys';

const SECRET_ONLY = { secret: SECRET, algorithms: ['HS256'], leewayS: 5, jwksTimeoutMs: 1000, jwksStaleMs: 0 };

const verifier = (options: Partial<VerifierOptions> = {}): Promise<TokenVerifier> =>
  TokenVerifier.create({ ...SECRET_ONLY, ...options });

async function expectRefusal(token: string, message: string, options?: Partial<VerifierOptions>): Promise<void> {
  const verified = verifier(options).then((made) => made.verify(token));
  await expect(verified).rejects.toMatchObject({ name: 'CodedError', code: 'unauthorized', message });
}

describe('a valid token', () => {
  it.each(ALGORITHMS)('is accepted with %s', async (alg) => {
    const isSecret = alg.startsWith('HS');
    const token = await sign({ sub: 'ann' }, { alg, key: isSecret ? secretKey : pairOf(alg).privateKey });
    const key = isSecret ? { secret: SECRET } : { secret: '', publicKey: pemOf(pairOf(alg).publicKey) };

    expect((await (await verifier({ ...key, algorithms: [alg] })).verify(token)).subject).toBe('ann');
  });

  it('becomes permissions with what it says', async () => {
    const exp = nowS() + 60;
    const tetracast = { subscribe: ['news', 'chat:*'], publish: ['inbox:{sub}'], admin: true };
    const token = await sign({ sub: 'ann', jti: '1', iat: 7, exp, tetracast, x: 1 });
    const permissions = await (await verifier()).verify(token);

    const { claims, tokenId, issuedAtMs, expiresAtMs, isAdmin } = permissions;
    expect(claims).toEqual({ sub: 'ann', jti: '1', iat: 7, exp, tetracast: { ...tetracast, presence: [] } });
    expect([tokenId, issuedAtMs, expiresAtMs, isAdmin]).toEqual(['1', 7000, exp * 1000, true]);
    expect([
      permissions.maySubscribe('chat:a'),
      permissions.mayPublish('inbox:ann'),
      permissions.mayPublish('news'),
    ]).toEqual([true, true, false]);
  });

  it('allows nothing where it has no list', async () => {
    const permissions = await (await verifier()).verify(await sign({ sub: 'ann' }));

    expect(permissions.claims).toEqual({
      sub: 'ann',
      tetracast: { subscribe: [], publish: [], presence: [], admin: false },
    });
    expect([permissions.maySubscribe('news'), permissions.mayPublish('news'), permissions.isAdmin]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    ['a sub and a jti of 256 characters', { sub: 'ü'.repeat(256), jti: 'j'.repeat(256) }, {}],
    ['the issuer', { iss: 'idp' }, { issuer: 'idp' }],
    ['the audience', { aud: 'tetracast' }, { audience: 'tetracast' }],
    ['the audience among others', { aud: ['shop', 'tetracast'] }, { audience: 'tetracast' }],
    ['an end within the leeway', { exp: nowS() - 20 }, { leewayS: 60 }],
    ['a beginning within the leeway', { nbf: nowS() + 50 }, { leewayS: 60 }],
    ['an issue time within the leeway', { iat: nowS() + 50 }, { leewayS: 60 }],
  ])('may have %s', async (_what, claims, options) => {
    expect(await (await verifier(options)).verify(await sign(claims))).toBeDefined();
  });

  it('is checked with the key that fits its algorithm where there are two', async () => {
    const { publicKey, privateKey } = PAIRS.EdDSA;
    const both = await verifier({ publicKey: pemOf(publicKey), algorithms: ['HS256', 'EdDSA'] });

    expect((await both.verify(await sign({ sub: 'ann' }))).subject).toBe('ann');
    expect((await both.verify(await sign({ sub: 'bob' }, { alg: 'EdDSA', key: privateKey }))).subject).toBe('bob');
  });
});

describe('a token is refused', () => {
  const must = (claim: string, wanted: string): string => `The token's claim "${claim}" must be ${wanted}`;
  const TIME = 'a number of seconds since 1970';
  const NAME = 'a text of 1 to 256 characters, other than "." and ".."';
  const PATTERNS = 'a list of up to 100 patterns, such as "news", "chat:*" or "*"';
  const OBJECT = 'an object, with "subscribe" and "publish"';

  it.each<[string, JWTPayload, Partial<VerifierOptions>, string]>([
    ['that has expired', { exp: nowS() - 10 }, {}, 'The token has expired: send a new one'],
    ['before its time', { nbf: nowS() + 60 }, {}, 'The token is not valid yet: its "nbf" is in the future'],
    ['issued in the future', { iat: nowS() + 3600 }, {}, 'The token is not valid yet: its "iat" is in the future'],
    [
      'of another issuer',
      { iss: 'x' },
      { issuer: 'idp' },
      'The token has another issuer: its "iss" is not accepted here',
    ],
    ['without the issuer', {}, { issuer: 'idp' }, 'The token has another issuer: its "iss" is not accepted here'],
    [
      'for another audience',
      { aud: ['x'] },
      { audience: 'tetracast' },
      'The token is for another audience: its "aud" does not name this service',
    ],
    [
      'without the audience',
      {},
      { audience: 'tetracast' },
      'The token is for another audience: its "aud" does not name this service',
    ],
    ['with an unreadable exp', { exp: 'soon' as unknown as number }, {}, must('exp', TIME)],
    ['with an unreadable nbf', { nbf: 'soon' as unknown as number }, {}, must('nbf', TIME)],
    ['with an unreadable iat', { iat: 'then' as unknown as number }, {}, must('iat', TIME)],
    ['with a number as sub', { sub: 7 as unknown as string }, {}, must('sub', NAME)],
    ['with a number as jti', { jti: 7 as unknown as string }, {}, must('jti', NAME)],
    ['with an empty sub', { sub: '' }, {}, must('sub', NAME)],
    ['with an empty jti', { jti: '' }, {}, must('jti', NAME)],
    ['with a sub of 257 characters', { sub: 's'.repeat(257) }, {}, must('sub', NAME)],
    ['with a jti of 257 characters', { jti: 'j'.repeat(257) }, {}, must('jti', NAME)],
    ['with a list as tetracast', { tetracast: [] }, {}, must('tetracast', OBJECT)],
    ['with a text as tetracast', { tetracast: '*' }, {}, must('tetracast', OBJECT)],
    ['with a text as subscribe', { tetracast: { subscribe: 'news' } }, {}, must('tetracast.subscribe', PATTERNS)],
    ['with a number among patterns', { tetracast: { publish: [7] } }, {}, must('tetracast.publish', PATTERNS)],
    ['with no pattern among patterns', { tetracast: { presence: ['a*'] } }, {}, must('tetracast.presence', PATTERNS)],
    [
      'with 101 patterns',
      { tetracast: { subscribe: Array.from({ length: 101 }, (_, i) => `a${i}`) } },
      {},
      must('tetracast.subscribe', PATTERNS),
    ],
    [
      'with a pattern of 201 bytes',
      { tetracast: { subscribe: ['a'.repeat(201)] } },
      {},
      must('tetracast.subscribe', PATTERNS),
    ],
    ['with true as exp', { exp: true as unknown as number }, {}, must('exp', TIME)],
    ['with two dots as sub', { sub: '..' }, {}, must('sub', NAME)],
    ['with null as sub', { sub: null as unknown as string }, {}, must('sub', NAME)],
    ['with null as tetracast', { tetracast: null }, {}, must('tetracast', OBJECT)],
    ['with a text as admin', { tetracast: { admin: 'yes' } }, {}, must('tetracast.admin', 'true or false')],
  ])('%s', async (_what, claims, options, message) => {
    await expectRefusal(await sign(claims), message, options);
  });

  it.each(['[]', '7', 'null', '"ann"', '{'])('whose claims are %s', async (claims) => {
    const token = await new CompactSign(Buffer.from(claims)).setProtectedHeader({ alg: 'HS256' }).sign(secretKey);

    await expectRefusal(token, 'The claims of the token must be a JSON object');
  });

  const other = createSecretKey(Buffer.from('another secret of thirty-two bytes'));
  const WRONG = "The token's signature is wrong";
  const ALGORITHM = 'The token\'s algorithm ("alg") is not accepted here';
  const NO_JWT = 'The token is not a signed JWT';

  it('with another signature', async () => {
    await expectRefusal(await sign({}, { key: other }), WRONG);
  });

  it('whose claims were changed', async () => {
    const [head, , signature] = (await sign({ sub: 'ann' })).split('.');
    const claims = Buffer.from(JSON.stringify({ sub: 'bob' })).toString('base64url');

    await expectRefusal(`${head}.${claims}.${signature}`, WRONG);
  });

  it('with an algorithm not in the list, by the right key', async () => {
    await expectRefusal(await sign({}, { alg: 'HS512' }), ALGORITHM);
  });

  it('without a signature', async () => {
    await expectRefusal(new UnsecuredJWT({ sub: 'ann' }).encode(), ALGORITHM);
  });

  it("signed with the public key's text as the secret", async () => {
    const pem = pemOf(PAIRS.RS.publicKey);
    const forged = await sign({}, { key: createSecretKey(Buffer.from(pem)) });
    const keys = { publicKey: pem, algorithms: ['RS256'] };

    await expectRefusal(forged, ALGORITHM, { ...keys, secret: '' });
    await expectRefusal(forged, WRONG, { ...keys, algorithms: ['HS256', 'RS256'] });
  });

  it('with an algorithm the public key is not for', async () => {
    const keys = { secret: '', publicKey: pemOf(PAIRS.ES256.publicKey), algorithms: ['RS256', 'ES256'] };

    await expectRefusal(await sign({}, { alg: 'RS256', key: PAIRS.RS.privateKey }), ALGORITHM, keys);
  });

  it.each(['', 'x', 'a.b.c', '..', 'e30.e30.', `${'a'.repeat(4000)}.b.c`])('that is none, %#', async (token) => {
    await expectRefusal(token, NO_JWT);
  });

  it('unread, if it is longer than 8 KiB', async () => {
    const token = await sign({ x: 'x'.repeat(8192) });
    const parse = jest.spyOn(JSON, 'parse');

    await expectRefusal(token, 'The token is longer than 8192 bytes');
    expect(parse).not.toHaveBeenCalled();
  });
});

describe('a token that may be no older than a minute', () => {
  const MAX = { maxAgeS: 60, leewayS: 5 };
  const verify = async (claims: JWTPayload): Promise<number | undefined> =>
    (await (await verifier(MAX)).verify(await sign(claims))).expiresAtMs;

  afterEach(() => jest.useRealTimers());

  it('ends a minute after it was issued, or earlier if it says so', async () => {
    const iat = nowS();
    expect(await verify({ iat })).toBe((iat + 60) * 1000);
    expect(await verify({ iat, exp: iat + 61 })).toBe((iat + 60) * 1000);
    expect(await verify({ iat, exp: iat + 59 })).toBe((iat + 59) * 1000);
  });

  it('is refused when it is older than that and the leeway, or of a time to come', async () => {
    stopTimeOfDay();
    jest.setSystemTime(1_700_000_000_000);
    const now = nowS();
    expect(await verify({ iat: now - 64 })).toBe((now - 4) * 1000);
    await expectRefusal(await sign({ iat: now - 65, exp: now + 60 }), 'The token is too old: send a new one', MAX);
    expect(await verify({ iat: now + 5 })).toBe((now + 65) * 1000);
    await expectRefusal(await sign({ iat: now + 6 }), 'The token is not valid yet: its "iat" is in the future', MAX);
    await expectRefusal(await sign({ exp: now + 60 }), 'The token has no issue time: add the claim "iat"', MAX);
  });
});

describe('a verifier is not made', () => {
  const pem = pemOf(PAIRS.RS.publicKey);
  const privatePem = PAIRS.RS.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const weak = pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);

  it.each<[string, Partial<VerifierOptions>, RegExp]>([
    ['without keys', { secret: '' }, /HS256 needs a secret/],
    ['for none', { algorithms: ['none'] }, /Not an algorithm for tokens: none/],
    ['for an algorithm without its key', { algorithms: ['HS256', 'RS256'] }, /RS256 needs a public key/],
    [
      'with a secret nothing uses',
      { publicKey: pem, algorithms: ['RS256'] },
      /There is a secret, but no algorithm for it/,
    ],
    ['with a public key nothing uses', { publicKey: pem, algorithms: ['HS256'] }, /The public key fits none/],
    ['with a key that fits nothing', { secret: '', publicKey: pem, algorithms: ['EdDSA'] }, /fits none .* EdDSA/],
    ['with a PEM as secret', { secret: pem }, /The secret is a key in PEM/],
    ['with 63 bytes for HS512', { secret: 's'.repeat(63), algorithms: ['HS512'] }, /shorter than 64 bytes/],
    ['with 31 bytes for HS256', { secret: 's'.repeat(31) }, /shorter than 32 bytes/],
    ['with a private key as public', { publicKey: privatePem }, /is a private key/],
    ['with an unreadable key', { publicKey: '-----BEGIN PUBLIC KEY-----' }, /neither a public key/],
    ['with a weak key', { secret: '', publicKey: weak, algorithms: ['RS256'] }, /1024 bits/],
    ['with both sources', { publicKey: pem, jwksUrl: 'http://127.0.0.1/', algorithms: ['RS256'] }, /only one/],
  ])('%s', async (_what, options, message) => {
    await expect(verifier(options)).rejects.toThrow(message);
  });
});

describe('a token verified before', () => {
  afterEach(() => jest.useRealTimers());

  it('has the same permissions for a minute, and is then verified again', async () => {
    stopTimeOfDay();
    const known = await verifier();
    const token = await sign({ sub: 'ann' });
    const permissions = await known.verify(token);

    jest.setSystemTime(Date.now() + 59_000);
    expect(await known.verify(token)).toBe(permissions);
    jest.setSystemTime(Date.now() + 2000);
    expect(await known.verify(token)).not.toBe(permissions);
  });

  it('expires when it says so', async () => {
    stopTimeOfDay();
    const known = await verifier();
    const token = await sign({ exp: nowS() + 10 });
    const permissions = await known.verify(token);

    jest.setSystemTime(Date.now() + 14_000);
    expect(await known.verify(token)).toBe(permissions);
    jest.setSystemTime(Date.now() + 2000);
    await expect(known.verify(token)).rejects.toThrow('The token has expired: send a new one');
  });
});
