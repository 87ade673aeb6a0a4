import { generateKeyPairSync } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type Permissions, TokenVerifier, type UnusableKey } from '../src';
import { stopTimeOfDay } from '@tetracast/testing/clocks';
import { type JwksServer, startJwksServer } from './jwks-server';
import { secretKey, sign } from './keys';

const first = generateKeyPairSync('ed25519');
const second = generateKeyPairSync('ed25519');
const EdDSA = { alg: 'EdDSA' };

let server: JwksServer;
let verifier: TokenVerifier;
let unusable: UnusableKey[];

beforeEach(async () => {
  stopTimeOfDay();
  server = await startJwksServer();
  server.serve({ first: first.publicKey });
  unusable = [];
  verifier = await createVerifier();
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  jest.useRealTimers();
});

const createVerifier = (jwksTimeoutMs = 30_000): Promise<TokenVerifier> =>
  TokenVerifier.create({
    jwksUrl: server.url,
    algorithms: ['EdDSA', 'RS256'],
    leewayS: 0,
    jwksTimeoutMs,
    jwksStaleMs: 60_000,
    onUnusableKey: (key) => unusable.push(key),
  });

const laterBy = (ms: number): unknown => jest.setSystemTime(Date.now() + ms);

/** A new token each time, so that nothing is remembered. */
let tokens = 0;
const verifyNew = async (key: typeof first, kid?: string): Promise<Permissions> =>
  verifier.verify(await sign({ jti: `${tokens++}` }, { ...EdDSA, key: key.privateKey, ...(kid && { kid }) }));

const UNAVAILABLE = { name: 'CodedError', code: 'unavailable' };
const UNKNOWN_KEY = { code: 'unauthorized', message: "The token's signature is of an unknown key" };

describe('the keys at a URL', () => {
  it('are fetched once for many tokens', async () => {
    await Promise.all([verifyNew(first, 'first'), verifyNew(first, 'first')]);
    await verifyNew(first);

    expect(server.requests).toBe(1);
  });

  it('are fetched again for an unknown key, so that keys can be rotated', async () => {
    await verifyNew(first, 'first');
    server.serve({ second: second.publicKey });
    laterBy(5001);

    expect(await verifyNew(second, 'second')).toBeDefined();
    expect(server.requests).toBe(2);
    await expect(verifyNew(first, 'first')).rejects.toMatchObject(UNKNOWN_KEY);
  });

  it('are not fetched again for each token with an unknown key', async () => {
    await verifyNew(first, 'first');
    await expect(verifyNew(second, 'other')).rejects.toMatchObject(UNKNOWN_KEY);
    await expect(verifyNew(second, 'other')).rejects.toMatchObject(UNKNOWN_KEY);

    expect(server.requests).toBe(1);
  });

  it('are fetched again after ten minutes', async () => {
    await verifyNew(first, 'first');
    laterBy(600_001);
    await verifyNew(first, 'first');

    expect(server.requests).toBe(2);
  });

  it('are all tried for a token that names none', async () => {
    server.serve({ first: first.publicKey, second: second.publicKey });

    expect(await verifyNew(second)).toBeDefined();
    await expect(verifyNew(generateKeyPairSync('ed25519'))).rejects.toMatchObject({
      code: 'unauthorized',
      message: "The token's signature is wrong",
    });
  });

  it('are never asked for a token that is not signed with a public key', async () => {
    await expect(verifier.verify(await sign({}, { key: secretKey }))).rejects.toMatchObject({ code: 'unauthorized' });
    expect(server.requests).toBe(0);
  });
});

describe('keys that cannot be used', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
  const good = [rsa, first].map(({ publicKey }, at) => ({ ...publicKey.export({ format: 'jwk' }), kid: `good-${at}` }));
  const serve = (...keys: unknown[]): void => {
    server.answer((response) => response.end(JSON.stringify({ keys })));
  };
  const isFound = async (kid?: string): Promise<boolean> => {
    const token = await sign({ jti: `${tokens++}` }, { alg: 'RS256', key: rsa.privateKey, ...(kid && { kid }) });
    return (await verifier.verify(token)).tokenId !== undefined;
  };

  it.each<[string, unknown, string]>([
    ['of 1024 bits', { ...weak, kid: 'bad', use: 'sig' }, 'has 1024 bits, not 2048'],
    ['null', null, 'is not an object'],
    ['a text', 'key', 'is not an object'],
    ['a list', [], 'is not an object'],
    ['without a kind', { kid: 'bad' }, 'is none of a known kind, or incomplete'],
    ['of an unknown kind', { kid: 'bad', kty: 'XX' }, 'is none of a known kind, or incomplete'],
    ['without its numbers', { kid: 'bad', kty: 'RSA', e: 'AQAB' }, 'is none of a known kind, or incomplete'],
    [
      'of an unknown curve',
      { kid: 'bad', kty: 'EC', crv: 'X', x: 'AA', y: 'AA' },
      'is none of a known kind, or incomplete',
    ],
    ['that is private', { ...rsa.privateKey.export({ format: 'jwk' }), kid: 'bad' }, 'is secret, and not a public key'],
    ['that is a secret', { kid: 'bad', kty: 'oct', k: 'c2VjcmV0' }, 'is secret, and not a public key'],
  ])('keep no other from being found: %s', async (_what, bad, reason) => {
    serve(bad, ...good);

    expect(await isFound()).toBe(true);
    expect(await isFound('good-0')).toBe(true);
    expect(await verifyNew(first)).toBeDefined();
    await expect(isFound('bad')).rejects.toMatchObject(UNKNOWN_KEY);
    const { kid, kty } = (bad ?? {}) as { kid?: string; kty?: string };
    expect(unusable).toEqual([{ index: 0, reason, ...(kid && { kid }), ...(kty && { kty }) }]);
  });

  it('are reported once for as long as they are in the key set', async () => {
    serve(null, { kid: 'b', kty: 'XX' }, ...good);
    await isFound();
    laterBy(600_001);
    await isFound();
    expect(unusable).toHaveLength(2);

    serve({ kid: 'b', kty: 'YY' }, ...good);
    laterBy(600_001);
    await isFound();

    expect(server.requests).toBe(3);
    expect(unusable).toHaveLength(3);
  });

  it('are none where a key is for another purpose', async () => {
    serve({ ...good[0], kid: 'enc', use: 'enc', alg: 'RSA-OAEP' }, ...good);

    expect(await isFound()).toBe(true);
    expect(unusable).toEqual([]);
  });

  it('may be all there are', async () => {
    serve(null);

    await expect(isFound()).rejects.toMatchObject(UNKNOWN_KEY);
  });
});

describe('keys that cannot be fetched', () => {
  it.each<[string, (server: JwksServer) => unknown]>([
    ['no server', (gone) => gone[Symbol.asyncDispose]()],
    ['an error', (failing) => failing.answer((response) => response.writeHead(500).end())],
    ['another page', (strange) => strange.answer((response) => response.end('<html>'))],
    ['no set of keys', (strange) => strange.answer((response) => response.end('{"keys":7}'))],
  ])('are unavailable: %s', async (_what, happen) => {
    await happen(server);

    await expect(verifyNew(first, 'first')).rejects.toMatchObject(UNAVAILABLE);
  });

  it('are unavailable: no answer in time', async () => {
    verifier = await createVerifier(200);
    server.answer(() => undefined);

    await expect(verifyNew(first, 'first')).rejects.toMatchObject(UNAVAILABLE);
  });

  it('are those fetched last, for as long as may be', async () => {
    await verifyNew(first, 'first');
    server.answer((response) => response.writeHead(503).end());

    laterBy(600_000 + 59_000);
    expect(await verifyNew(first, 'first')).toBeDefined();
    await expect(verifyNew(second, 'second')).rejects.toMatchObject(UNAVAILABLE);
    laterBy(1000);
    await expect(verifyNew(first, 'first')).rejects.toMatchObject(UNAVAILABLE);
  });

  it('are not asked for with every token then', async () => {
    await verifyNew(first, 'first');
    server.answer((response) => response.writeHead(503).end());
    laterBy(600_000);

    await verifyNew(first, 'first');
    await verifyNew(first, 'first');
    expect(server.requests).toBe(2);
    laterBy(5000);
    server.serve({ second: second.publicKey });

    expect(await verifyNew(second, 'second')).toBeDefined();
    expect(server.requests).toBe(3);
  });

  it('keep one token waiting for them at a time then', async () => {
    await verifyNew(first, 'first');
    server.answer((response) => response.writeHead(503).end());
    laterBy(600_000);
    await verifyNew(first, 'first');
    laterBy(5000);
    const asked = new Promise<ServerResponse>((resolve) => server.answer(resolve));

    const patient = verifyNew(first, 'first');
    const response = await asked;
    expect(await verifyNew(first, 'first')).toBeDefined();
    expect(server.requests).toBe(3);

    response.writeHead(503).end();
    expect(await patient).toBeDefined();
    expect(server.requests).toBe(3);
  });

  it('are fetched as soon as they can be', async () => {
    server.answer((response) => response.writeHead(503).end());
    await expect(verifyNew(first, 'first')).rejects.toMatchObject(UNAVAILABLE);
    server.serve({ first: first.publicKey });

    expect(await verifyNew(first, 'first')).toBeDefined();
  });
});
