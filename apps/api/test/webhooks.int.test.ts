import { MemoryBus } from '@tetracast/bus';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { type Api, startApi } from './start-api';

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
  answer: (attempt: number) => number = () => 204;
  private wake = (): void => undefined;
  private readonly server = createServer((request, response) => void this.take(request, response));

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async count(count: number): Promise<readonly Received[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.received;
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
    const status = this.answer(this.attempts.length);
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    if (status === 204) this.received.push({ id, type, data });
    this.wake();
  }
}

const start = async (receiver: Receiver, env: Record<string, string> = {}, bus?: MemoryBus): Promise<Api> =>
  startApi({ WEBHOOK_URL: await receiver.listen(), WEBHOOK_SECRET: SECRET, ...env }, bus === undefined ? {} : { bus });

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

it('says how many it dropped', async () => {
  await using receiver = new Receiver();
  const bus = new MemoryBus({
    retention: { size: 10, ttlMs: 60_000 },
    webhooks: { events: ['channel.ended'], maxBytes: 100 },
  });
  for (const channel of ['a', 'b', 'c'])
    await bus.append({ channel, event: 'tetracast:end', data: '1', echo: true, ends: true });
  await using api = await start(receiver, {}, bus);

  const received = await receiver.count(2);

  expect(api.url).not.toBe('');
  expect(received.map(({ type, data }) => [type, data])).toEqual([
    ['webhook.dropped', { count: 2 }],
    ['channel.ended', { channel: 'c', data: 1 }],
  ]);
});
