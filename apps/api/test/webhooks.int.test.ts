import { MemoryBus } from '@tetracast/bus';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, spawnProcess } from '@tetracast/testing';
import { Webhook } from 'standardwebhooks';
import { WEBHOOK_EVENTS } from '@tetracast/message-model';
import { type Api, startApi, stopped } from './start-api';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** A receiver that verifies each webhook with the reference library. Its answers are 204, or those of `answer`. */
class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly attempts: string[] = [];
  /** Requests that wait for their answer, now and at most. */
  open = 0;
  mostOpen = 0;
  answer: (attempt: number, data: Received['data']) => number | Promise<number> = () => 204;
  private wake = (): void => undefined;
  private readonly server = createServer((request, response) => void this.take(request, response));

  async listen(port = 0): Promise<string> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async count(count: number): Promise<readonly Received[]> {
    await this.until(() => this.received.length >= count);
    return this.received;
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const headers = request.headers as Record<string, string>;
    const { type, data } = new Webhook(SECRET).verify(body, headers) as Omit<Received, 'id'>;
    const id = headers['webhook-id'] ?? '';
    this.attempts.push(id);
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    this.wake();
    let isOpen = true;
    const onOver = (): void => {
      if (isOpen) this.open--;
      isOpen = false;
    };
    // On a busy machine the sender may give up before the answer.
    response.once('close', onOver);
    const status = await this.answer(this.attempts.length, data);
    onOver();
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    if (status === 204) this.received.push({ id, type, data });
    this.wake();
  }
}

const start = async (
  receiver: Receiver,
  env: Record<string, string> = {},
  options: Parameters<typeof startApi>[1] = {},
): Promise<Api> => startApi({ WEBHOOK_URL: await receiver.listen(), WEBHOOK_SECRET: SECRET, ...env }, options);

const end = (api: Api, channel: string): Promise<{ readonly status: number }> =>
  api.call('POST', '/api/publish', { channel, data: { n: 1 }, end: true });

it('sends webhooks that the reference library verifies, in the order of each channel', async () => {
  await using receiver = new Receiver();
  await using api = await start(receiver);
  const { bus } = api.tetracast;
  await bus.renewLease('p', 60_000, true);
  const member = { channel: 'room:1', member: 'm', about: '{"id":"m"}', info: '{"name":"Ann"}' };
  await bus.changePresence('p', [{ kind: 'join', ...member }], 10);
  await bus.changePresence('p', [{ kind: 'leave', ...member }], 10);
  expect((await end(api, 'answer:42')).status).toBe(201);

  const received = await receiver.count(5);

  const ofRoom = received.filter(({ data }) => data['channel'] === 'room:1');
  expect(ofRoom.map(({ type }) => type)).toEqual([
    'channel.occupied',
    'member.joined',
    'member.left',
    'channel.vacated',
  ]);
  expect(ofRoom[1]?.data).toMatchObject({ channel: 'room:1', member: { id: 'm', info: { name: 'Ann' } } });
  expect(received.filter(({ type }) => type === 'channel.ended')).toMatchObject([
    { data: { channel: 'answer:42', data: { n: 1 } } },
  ]);
});

it('sends a webhook again under the same id until it is accepted, and follows no redirect', async () => {
  await using receiver = new Receiver();
  receiver.answer = (attempt) => [500, 302][attempt - 1] ?? 204;
  await using api = await start(receiver);
  await end(api, 'a');

  const [received] = await receiver.count(1);

  expect(receiver.attempts).toEqual([received?.id, received?.id, received?.id]);
});

it('keeps no channel waiting for another one, and the order of each', async () => {
  await using receiver = new Receiver();
  let isRepaired = false;
  receiver.answer = (_, { channel }) => (channel === 'refused' && !isRepaired ? 500 : 204);
  await using api = await start(receiver);
  const { bus } = api.tetracast;
  await bus.renewLease('p', 60_000, true);
  const member = { channel: 'refused', member: 'm', about: '{"id":"m"}', info: '' };
  await bus.changePresence('p', [{ kind: 'join', ...member }], 10);
  await end(api, 'good');
  await receiver.count(1);
  await bus.changePresence('p', [{ kind: 'leave', ...member }], 10);
  await end(api, 'good-too');
  await receiver.count(2);
  isRepaired = true;

  const received = await receiver.count(6);

  expect(received.slice(0, 2).map(({ data }) => data['channel'])).toEqual(['good', 'good-too']);
  expect(received.slice(2).map(({ type }) => type)).toEqual([
    'channel.occupied',
    'member.joined',
    'member.left',
    'channel.vacated',
  ]);
});

it('reads no long queue again while nothing in it is due', async () => {
  await using receiver = new Receiver();
  receiver.answer = (_, { channel }) => (channel === 'refused' ? 500 : 204);
  const webhooks = { events: [...WEBHOOK_EVENTS], maxBytes: 1e6 };
  const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 }, webhooks });
  await bus.renewLease('p', 60_000, true);
  const joins = Array.from(
    { length: 150 },
    (_, n) => ({ kind: 'join', member: `m${n}`, about: '{}', info: '' }) as const,
  );
  await bus.changePresence(
    'p',
    joins.map((join) => ({ ...join, channel: 'refused' })),
    200,
  );
  const take = jest.spyOn(bus, 'takeWebhooks');
  await using api = await start(receiver, {}, { bus, runtime: stopped });
  await receiver.until(() => receiver.attempts.length === 1);
  for (const count of [1, 2, 3]) {
    await end(api, `good-${count}`);
    await receiver.count(count);
  }

  const starts = take.mock.calls.map(([, { after }]) => after);
  expect(starts.slice(0, 2)).toEqual([undefined, '100']);
  expect(starts.slice(2).filter((after) => Number(after ?? 0) < 151)).toEqual([]);
  expect(receiver.attempts).toHaveLength(4);
});

it('sends 16 at a time, and keeps no publisher waiting for the receiver', async () => {
  // None ends before its answer, however long the machine takes.
  jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => new AbortController().signal);
  await using receiver = new Receiver();
  let release = (): void => undefined;
  const released = new Promise<number>((resolve) => (release = () => resolve(204)));
  receiver.answer = () => released;
  await using api = await start(receiver);
  const channels = Array.from({ length: 40 }, (_, index) => `c${index}`);

  const published = await Promise.all(channels.map((channel) => end(api, channel)));
  await receiver.until(() => receiver.open === 16);
  const late = await end(api, 'late');
  release();

  expect([...published, late].every(({ status }) => status === 201)).toBe(true);
  expect(await receiver.count(41)).toHaveLength(41);
  expect(receiver.mostOpen).toBe(16);
});

it('sends what has waited to a receiver that comes back', async () => {
  const broken = createTcpServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(broken, 'listening');
  const { port } = broken.address() as AddressInfo;
  await using receiver = new Receiver();
  await using api = await startApi({ WEBHOOK_URL: `http://127.0.0.1:${port}/hook`, WEBHOOK_SECRET: SECRET });
  expect((await end(api, 'a')).status).toBe(201);
  await once(broken, 'connection');
  broken.close();
  await once(broken, 'close');

  await receiver.listen(port);

  expect(await receiver.count(1)).toMatchObject([{ type: 'channel.ended', data: { channel: 'a' } }]);
});

it('the receiver in the documentation verifies what is sent', async () => {
  const text = readFileSync(join(__dirname, '../../../docs/server-api.md'), 'utf8');
  const [, code = ''] = /```js excerpt\n(import \{ createServer[^]*?)```/.exec(text) ?? [];
  const port = await freePort();
  const receiver = await spawnProcess({
    command: process.execPath,
    args: ['--input-type=module', '-e', code],
    cwd: __dirname,
    env: { ...process.env, WEBHOOK_SECRET: SECRET, PORT: String(port) },
  });
  try {
    await using api = await startApi({ WEBHOOK_URL: `http://127.0.0.1:${port}/`, WEBHOOK_SECRET: SECRET });
    expect((await end(api, 'documented')).status).toBe(201);
    await receiver.waitForOutput(/channel\.ended documented/);
  } finally {
    await receiver.kill();
  }
});

it('says how many it dropped', async () => {
  await using receiver = new Receiver();
  const bus = new MemoryBus({
    retention: { size: 10, ttlMs: 60_000 },
    webhooks: { events: ['channel.ended'], maxBytes: 100 },
  });
  for (const channel of ['a', 'b', 'c'])
    await bus.append({ channel, event: 'tetracast:end', data: '1', echo: true, ends: true });
  await using api = await start(receiver, {}, { bus });

  const received = await receiver.count(2);

  // The channel has ended all the same.
  expect((await end(api, 'a')).status).toBe(409);
  expect(received.map(({ type, data }) => [type, data])).toEqual([
    ['webhook.dropped', { count: 2 }],
    ['channel.ended', { channel: 'c', data: 1 }],
  ]);
});

it('sends the others to a receiver that refuses to learn how many it dropped', async () => {
  await using receiver = new Receiver();
  receiver.answer = (_, data) => ('count' in data ? 400 : 204);
  const webhooks = { events: ['channel.ended' as const], maxBytes: 100 };
  const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 }, webhooks });
  for (const channel of ['a', 'b'])
    await bus.append({ channel, event: 'tetracast:end', data: '1', echo: true, ends: true });
  await using _api = await startApi({ WEBHOOK_URL: await receiver.listen(), WEBHOOK_SECRET: SECRET }, { bus });

  expect(await receiver.count(1)).toMatchObject([{ type: 'channel.ended', data: { channel: 'b' } }]);
});
