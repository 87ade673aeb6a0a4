import { decodeProtectedHeader, jwtVerify } from 'jose';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mintToken } from '../src';

const SECRET = 'a secret of the tests, of more than 32 bytes';

it('signs with a secret what the options say', async () => {
  const token = mintToken(
    { secret: SECRET },
    { sub: 'ann', subscribe: ['news'], publish: ['chat:*'], expiresInS: 60, iss: 'me', aud: 'you', api: ['publish'] },
  );
  const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(SECRET), {
    issuer: 'me',
    audience: 'you',
  });
  expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
  expect(payload).toMatchObject({
    sub: 'ann',
    jti: expect.any(String) as string,
    tetracast: { subscribe: ['news'], publish: ['chat:*'], api: ['publish'] },
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
});

it('gives every token another jti, unless one is named', async () => {
  const jtiOf = async (jti?: string): Promise<unknown> => {
    const token = mintToken({ secret: SECRET }, jti === undefined ? {} : { jti });
    return (await jwtVerify(token, new TextEncoder().encode(SECRET))).payload.jti;
  };
  expect(await jtiOf()).not.toBe(await jtiOf());
  expect(await jtiOf('mine')).toBe('mine');
});

const pem = { type: 'pkcs8', format: 'pem' } as const;

it.each([
  ['EdDSA', () => generateKeyPairSync('ed25519').privateKey],
  ['ES256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
])('signs with a private key for %s', async (alg, create) => {
  const key = create();
  const token = mintToken({ privateKey: key.export(pem).toString(), keyId: 'k1' }, { sub: 'ann' });
  expect(decodeProtectedHeader(token)).toEqual({ alg, typ: 'JWT', kid: 'k1' });
  expect((await jwtVerify(token, createPublicKey(key))).payload.sub).toBe('ann');
});

it('refuses a key that cannot sign', () => {
  const privateKey = generateKeyPairSync('x25519').privateKey.export(pem).toString();
  expect(() => mintToken({ privateKey }, {})).toThrow(TypeError);
  expect(() => mintToken({ secret: 'short' }, {})).toThrow(/shorter than 32 bytes/);
});
