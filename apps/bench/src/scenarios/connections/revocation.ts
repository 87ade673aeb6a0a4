import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import WebSocket from 'ws';
import type { Reading, Scenario } from '../../scenario';
import { twoProcesses } from '../../systems/two-processes';

const SECRET = 'a secret of the benchmarks, of more than 32 bytes';
const REVOKED = 4001;
/** A connection that is still open so long after its token was revoked is lost. */
const PATIENCE_MS = 10_000;
/** Handshakes in progress at a time. */
const AT_ONCE = 50;

export const revocation: Scenario = {
  name: 'revocation',
  title: 'How soon a revocation is everywhere',
  unit: 'ms from the request that revokes to the end of a connection, on either process',
  method:
    'Two processes and their Redis share one core. 1000 connections on each have a separate token; 200 of these tokens, each ' +
    'with a connection on both, are revoked at one process, one after the other. Then one user is, with 500 connections on each.',
  systems: [twoProcesses('websocket', () => ({ AUTH_SECRET: SECRET }))],
  measure: async ({ nodes = [] }, { quick }) => {
    const [tokens, others, ofSubject] = quick ? [5, 5, 5] : [200, 800, 500];
    const [first = ''] = nodes;
    const ids = Array.from({ length: tokens }, () => randomUUID());
    const wanted = nodes.flatMap((node) => [
      ...ids.map((jti) => ({ node, claims: { jti, sub: 'ann' } })),
      ...Array.from({ length: others }, () => ({ node, claims: { jti: randomUUID(), sub: 'ben' } })),
      ...Array.from({ length: ofSubject }, () => ({ node, claims: { jti: randomUUID(), sub: 'eve' } })),
    ]);
    const connections = await openAll(wanted);
    try {
      const singles: number[] = [];
      for (const jti of ids) {
        const ofToken = connections.filter(({ claims }) => claims.jti === jti);
        singles.push(...(await msUntilClosed(ofToken, () => revoke(first, { jti }))));
      }
      const ofEve = connections.filter(({ claims }) => claims.sub === 'eve');
      const all = await msUntilClosed(ofEve, () => revoke(first, { sub: 'eve' }));
      return [...toReadings('one token', singles), ...toReadings('all of a subject', all)];
    } finally {
      for (const { websocket } of connections) websocket.terminate();
    }
  },
};

interface Claims {
  readonly jti: string;
  readonly sub: string;
}

interface OpenConnection {
  readonly claims: Claims;
  readonly websocket: WebSocket;
}

async function openAll(wanted: readonly { node: string; claims: Claims }[]): Promise<OpenConnection[]> {
  const connections: OpenConnection[] = [];
  const rest = [...wanted];
  const openRest = async (): Promise<void> => {
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      const { node, claims } = next;
      const token = mint({ ...claims, tetracast: { subscribe: ['bench'] } });
      connections.push({ claims, websocket: await open(`ws://${node}/ws?channel=bench&token=${token}`) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, openRest));
  return connections;
}

/** Resolves when it is let in. */
function open(url: string): Promise<WebSocket> {
  const websocket = new WebSocket(url);
  return new Promise((resolve, reject) => {
    websocket.once('error', reject);
    websocket.once('close', (code) => reject(new Error(`not let in: ${code}`)));
    websocket.on('message', (text: Buffer) => {
      if (text.includes('"welcome"')) resolve(websocket);
    });
  });
}

/** For each connection how long it takes from now to its end; `Infinity` for what is not ended as revoked. */
async function msUntilClosed(connections: readonly OpenConnection[], act: () => Promise<void>): Promise<number[]> {
  const over = new AbortController();
  const late = setTimeout(PATIENCE_MS, Infinity, { signal: over.signal }).catch(() => Infinity);
  const start = performance.now();
  const ends = connections.map(
    ({ websocket }) =>
      new Promise<number>((resolve) => {
        websocket.once('close', (code) => resolve(code === REVOKED ? performance.now() - start : Infinity));
      }),
  );
  await act();
  const times = await Promise.all(ends.map((end) => Promise.race([end, late])));
  over.abort();
  return times;
}

async function revoke(node: string, what: Partial<Claims>): Promise<void> {
  const headers = {
    authorization: `Bearer ${mint({ tetracast: { admin: true } })}`,
    'content-type': 'application/json',
  };
  const response = await fetch(`http://${node}/revocations`, { method: 'POST', headers, body: JSON.stringify(what) });
  if (!response.ok) throw new Error(`not revoked: ${response.status} ${await response.text()}`);
}

/** A JWT of HS256 (RFC 7519) for five minutes, issued a second ago. */
function mint(claims: object): string {
  const nowS = Math.floor(Date.now() / 1000);
  const parts = [{ alg: 'HS256' }, { iat: nowS - 1, exp: nowS + 300, ...claims }];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

function toReadings(what: string, times: readonly number[]): Reading[] {
  const ended = times.filter(Number.isFinite).sort((a, b) => a - b);
  const lost = (times.length - ended.length) / times.length;
  const parts = { p50: 0.5, p99: 0.99, max: 1 };
  return Object.entries(parts).map(([name, part]) => ({
    column: `${what}, ${name}`,
    value: ended[Math.ceil(part * ended.length) - 1] ?? NaN,
    lost,
  }));
}
