import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir, NO_LIMITS, removeDir } from '@tetracast/testing';
import { attempt } from './attempts/attempt';
import { TRANSPORTS } from './attempts/carriers';
import { bearer } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint } from './tokens';

const API_KEY = 'an-api-key-of-the-tests-of-more-than-32-letters';

const FILE = `
namespaces:
  open: { subscribe: public, publish: public }
  prices: { subscribe: public, publish: backend, history: { size: 1, ttl: 1h } }
  slow: { publishRate: 1/0/0 }
`;

let folder: string;
let service: Standalone;

beforeAll(async () => {
  folder = await createTempDir('policies');
  const NAMESPACES_FILE = join(folder, 'namespaces.yaml');
  writeFileSync(NAMESPACES_FILE, FILE);
  service = await startStandalone({ ...NO_LIMITS, ...ACCESS_ENV, NAMESPACES_FILE, API_KEYS: `api=${API_KEY}/*/*` });
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await removeDir(folder);
});

const publishOn = (channel: string) => ({ kind: 'publish', channel, data: 'x' }) as const;

describe.each(TRANSPORTS)('%s', (transport) => {
  const codeOf = async (channel: string, headers: Record<string, string> = {}): Promise<string> =>
    (await attempt(service.url, transport, { headers }, publishOn(channel))).code;

  it('publishes as the policy of the namespace says', async () => {
    const token = bearer(await mint({ tetracast: { publish: ['*'] } }));
    expect(await codeOf('open:a')).toBe('ok');
    expect(await codeOf('other:a')).toBe('unauthorized');
    expect(await codeOf('prices:a', token)).toBe('forbidden');
  });
});

it('back ends publish where no client may, by a key or a token', async () => {
  const token = await mint({ tetracast: { api: ['publish'], publish: ['prices:*'] } });
  for (const authorization of [`Bearer ${API_KEY}`, `Bearer ${token}`]) {
    const answer = await fetch(`${service.url}/api/publish`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{"channel":"prices:a","data":1}',
    });
    expect(answer.status).toBe(201);
  }
  // From the message log: the window of the process may have more.
  const read = await fetch(`${service.url}/api/channels/prices:a/messages`, { headers: bearer(API_KEY) });
  expect(((await read.json()) as { messages: unknown[] }).messages).toHaveLength(1);
});

it('the rate of a namespace limits it alone', async () => {
  const headers = { ...bearer(await mint({ tetracast: { publish: ['*'] } })), 'content-type': 'application/json' };
  const codes: number[] = [];
  // One after the other, on one connection that is kept alive.
  for (let n = 0; n < 50 && !codes.includes(429); n++) {
    const answer = await fetch(`${service.url}/polling`, {
      method: 'POST',
      headers,
      body: '{"channel":"slow:a","data":1}',
    });
    await answer.text();
    codes.push(answer.status);
  }
  expect(codes.at(-1)).toBe(429);
  const other = await fetch(`${service.url}/polling`, {
    method: 'POST',
    headers,
    body: '{"channel":"fast:a","data":1}',
  });
  expect(other.status).toBe(201);
});
