import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearer } from './renewal';
import { startStandalone } from './start-standalone';
import { mint, SECRET } from './tokens';

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A pair, and another one of the same kind: made once, since RSA keys take long. */
type TwoPairs = () => readonly [KeyPair, KeyPair];

function generateOnce(generate: () => KeyPair): TwoPairs {
  let pairs: readonly [KeyPair, KeyPair] | undefined;
  return () => (pairs ??= [generate(), generate()]);
}

const rsa = generateOnce(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
const ec = (namedCurve: string): TwoPairs => generateOnce(() => generateKeyPairSync('ec', { namedCurve }));

const PAIRS: readonly [string, TwoPairs][] = [
  ['RS256', rsa],
  ['RS384', rsa],
  ['RS512', rsa],
  ['PS256', rsa],
  ['PS384', rsa],
  ['PS512', rsa],
  ['ES256', ec('P-256')],
  ['ES384', ec('P-384')],
  ['ES512', ec('P-521')],
  ['EdDSA', generateOnce(() => generateKeyPairSync('ed25519'))],
];

/** The statuses of a publish with a token of this key, and of one with a token of another key of the same kind. */
async function statuses(env: Record<string, string>, alg: string, key: KeyObject, other: KeyObject): Promise<number[]> {
  await using service = await startStandalone(env);
  const publish = async (token: string): Promise<number> =>
    (
      await fetch(`${service.url}/polling`, {
        method: 'POST',
        headers: bearer(token),
        body: new URLSearchParams({ channel: 'news', data: 'x' }),
      })
    ).status;
  return [await publish(await mint({}, { alg, key })), await publish(await mint({}, { alg, key: other }))];
}

describe('a token is checked by its key', () => {
  it.each(['HS256', 'HS384', 'HS512'])('with %s', async (alg) => {
    const [key, other] = [SECRET, SECRET.toUpperCase()].map((text) => createSecretKey(Buffer.from(text)));

    expect(await statuses({ AUTH_SECRET: SECRET, AUTH_ALGORITHMS: alg }, alg, key!, other!)).toEqual([201, 401]);
  });

  it.each(PAIRS)('with %s, where the public key is given in PEM', async (alg, pairs) => {
    const [{ publicKey, privateKey }, other] = pairs();
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString().replaceAll('\n', '\\n');
    const env = { AUTH_PUBLIC_KEY: pem, AUTH_ALGORITHMS: alg };

    expect(await statuses(env, alg, privateKey, other.privateKey)).toEqual([201, 401]);
  });

  it.each(PAIRS)('with %s, where the public keys are at a URL', async (alg, pairs) => {
    const [{ publicKey, privateKey }, other] = pairs();
    const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig' }] });
    const server = createServer((_request, response) => response.end(jwks)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    try {
      const env = { AUTH_JWKS_URL: url, AUTH_ALGORITHMS: alg };
      expect(await statuses(env, alg, privateKey, other.privateKey)).toEqual([201, 401]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
