import { Inbox } from '@tetracast/testing';
import { io, type Socket } from 'socket.io-client';
import { LIFE_ENV } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { mint } from './tokens';

let service: Standalone;
const sockets: Socket[] = [];

beforeAll(async () => {
  service = await startStandalone({ ...LIFE_ENV, PUBLIC_SUBSCRIBE: 'public' });
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});

afterAll(() => service[Symbol.asyncDispose]());

interface Client {
  readonly socket: Socket;
  readonly events: Inbox<readonly [string, ...unknown[]]>;
  /** Resolves once it is connected, with whether it was recovered. */
  readonly connected: () => Promise<boolean>;
  /** The first argument of the next event of this name. */
  readonly nextOf: (name: string) => Promise<unknown>;
  /** As a page that logs another user in: the same socket, with this in `auth`. */
  readonly become: (auth: object, meanwhile?: () => Promise<unknown>) => Promise<boolean>;
  readonly pid: () => string;
}

function start(auth: object, namespace = ''): Client {
  const socket = io(service.url + namespace, {
    forceNew: true,
    transports: ['websocket'],
    reconnectionDelay: 20,
    auth,
  });
  sockets.push(socket);
  const events = new Inbox<readonly [string, ...unknown[]]>('events');
  const connects = new Inbox<boolean | Error>('connects');
  socket.onAny((name: string, ...args: unknown[]) => events.push([name, ...args]));
  socket.on('connect', () => connects.push(socket.recovered));
  socket.on('connect_error', (error) => connects.push(error));
  const connected = async (): Promise<boolean> => {
    const outcome = await connects.one();
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const nextOf = async (name: string): Promise<unknown> => {
    for (;;) {
      const [event, first] = await events.one();
      if (event === name) return first;
    }
  };
  return {
    socket,
    events,
    connected,
    nextOf,
    become: async (next, meanwhile) => {
      socket.disconnect();
      socket.auth = next;
      await meanwhile?.();
      socket.connect();
      return connected();
    },
    pid: () => (socket as unknown as { _pid: string })._pid,
  };
}

const ask = (socket: Socket, event: string, argument: unknown): Promise<unknown> =>
  socket.timeout(10_000).emitWithAck(event, argument) as Promise<unknown>;

const tokenOf = (sub: string, ...subscribe: string[]): Promise<string> =>
  mint({ sub, tetracast: { subscribe, publish: subscribe } });

describe('a saved session', () => {
  it.each<[string, () => Promise<object>]>([
    ['another user', async () => ({ token: await tokenOf('bob', 'shared', 'inbox:{sub}') })],
    ['another user who may do everything', async () => ({ token: await tokenOf('bob', '*') })],
    ['nobody', () => Promise.resolve({ channels: 'public' })],
  ])('of ann is not recovered by %s, which gets a new session with its own channels', async (_, next) => {
    const ann = { token: await tokenOf('ann', 'shared', 'inbox:{sub}'), channels: 'shared' };
    const client = start(ann);
    expect(await client.connected()).toBe(false);
    expect(await ask(client.socket, 'subscribe', { channels: ['inbox:ann'] })).toMatchObject({ ok: true });
    const before = { id: client.socket.id, pid: client.pid(), client: await client.nextOf('tetracast:ready') };
    await service.store('shared', 'for ann');
    expect(await client.nextOf('message')).toBe('for ann');
    const auth = { channels: 'shared', ...(await next()) };

    const recovered = await client.become(auth, async () => {
      await service.store('inbox:ann', 'private, missed');
      await service.store('shared', 'missed by ann');
      await service.store('public', 'missed by ann');
    });
    const ready = await client.nextOf('tetracast:ready');
    await service.store('inbox:ann', 'private, live');
    await service.store(auth.channels, 'live');

    expect(recovered).toBe(false);
    expect(await client.nextOf('message')).toBe('live');
    expect(client.socket.id).not.toBe(before.id);
    expect(client.pid().split('.')[1]).not.toBe(before.pid.split('.')[1]);
    expect((ready as { client: string }).client).not.toBe((before.client as { client: string }).client);
    expect(client.events.items.map(([event]) => event)).not.toContain('tetracast:error');

    // From then on the session is his.
    client.socket.io.engine.close();
    expect(await client.connected()).toBe(true);
  });

  it('of ann is still hers when she comes back', async () => {
    const client = start({ token: await tokenOf('ann', 'shared', 'inbox:{sub}'), channels: 'shared' });
    await client.connected();
    await ask(client.socket, 'subscribe', { channels: ['inbox:ann'] });
    const { id } = client.socket;

    const next = { token: await tokenOf('ann', 'shared', 'inbox:{sub}', 'more'), channels: 'shared' };
    const recovered = await client.become(next, () => service.store('inbox:ann', 'missed'));

    expect([recovered, client.socket.id]).toEqual([true, id]);
    expect(await client.nextOf('message')).toBe('missed');
  });

  it('loses the added channels that its user lost, once, and is recovered with the others', async () => {
    const client = start({ token: await tokenOf('ann', 'a', 'b', 'c'), channels: 'a' });
    await client.connected();
    await ask(client.socket, 'subscribe', { channels: ['b', 'c'] });
    const fewer = { token: await tokenOf('ann', 'a', 'c'), channels: 'a' };

    const recovered = await client.become(fewer, async () => {
      for (const channel of ['b', 'c']) await service.store(channel, `missed in ${channel}`);
    });

    expect(recovered).toBe(true);
    expect(await client.nextOf('tetracast:error')).toMatchObject({
      event: 'subscribe',
      channels: ['b'],
      code: 'forbidden',
    });
    expect(await client.nextOf('message')).toBe('missed in c');
    client.socket.io.engine.close();
    expect(await client.connected()).toBe(true);
    await service.store('b', 'never');
    await service.store('c', 'last');
    expect(await client.nextOf('message')).toBe('last');
    expect(client.events.items.filter(([event]) => event === 'tetracast:error')).toHaveLength(1);
  });

  it('of a namespace is not recovered by another user either', async () => {
    const client = start({ token: await tokenOf('ann', 'shared') }, '/shared');
    await client.connected();
    const { id } = client.socket;

    const recovered = await client.become({ token: await tokenOf('bob', 'shared') }, () =>
      service.store('shared', 'missed by ann'),
    );
    await client.nextOf('tetracast:ready');
    await client.nextOf('tetracast:ready');
    await service.store('shared', 'live');

    expect([recovered, client.socket.id === id]).toEqual([false, false]);
    expect(await client.nextOf('message')).toBe('live');
  });

  it.each(['/', '/public'])("of nobody is ann's once her token came on the connection, in %s", async (namespace) => {
    const client = start({ channels: 'public' }, namespace);
    await client.connected();
    const token = await tokenOf('ann', 'inbox:{sub}');
    expect(await ask(client.socket, 'tetracast:auth', { token })).toMatchObject({ ok: true, user: 'ann' });
    const { id } = client.socket;

    expect(await client.become({ channels: 'public', token })).toBe(true);
    expect(client.socket.id).toBe(id);
    expect(await client.become({ channels: 'public' })).toBe(false);
    expect(client.socket.id).not.toBe(id);
  });
});

describe('an idempotency key', () => {
  it('of two users is two keys, and of one user one, whatever client key they name', async () => {
    const publish = async (sub: string, client: string): Promise<{ status: number; id: string }> => {
      const response = await fetch(`${service.url}/polling`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': 'order-7',
          authorization: `Bearer ${await tokenOf(sub, 'orders')}`,
        },
        body: JSON.stringify({ channel: 'orders', data: sub, client }),
      });
      return { status: response.status, ...((await response.json()) as { id: string }) };
    };

    const ann = await publish('ann', 'tab-1');
    const bob = await publish('bob', 'tab-1');
    const again = await publish('ann', 'tab-2');

    expect([ann.status, bob.status, again.status]).toEqual([201, 201, 200]);
    expect(bob.id).not.toBe(ann.id);
    expect(again.id).toBe(ann.id);
  });
});
