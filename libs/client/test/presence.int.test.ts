import { publish, type TestService } from '@tetracast/service-kit/testing';
import { pollUntil, ROOMS_FILE } from '@tetracast/testing';
import { SignJWT } from 'jose';
import type { Client, TetracastError } from '../src/index';
import { type Members, type MembersIterator, presence } from '../src/presence';
import { connectTo, startServer, TRANSPORTS } from './start-server';

const SECRET = 'a secret of at least thirty-two bytes, for the tests';

interface Info {
  readonly name: string;
}

let server: TestService;
beforeAll(async () => {
  server = await startServer({
    NAMESPACES_FILE: ROOMS_FILE,
    AUTH_SECRET: SECRET,
    PRESENCE_GRACE: '0s',
    PRESENCE_POLL_GRACE: '1s',
  });
});
afterAll(() => server.close());

let rooms = 0;
const newRoom = (): string => `room:${++rooms}`;

/** A client of this user, which may do everything. */
function connectAs(user: string, options: Parameters<typeof connectTo>[1] = {}): Client {
  const all = ['*'];
  const info: Info = { name: user.toUpperCase() };
  const tetracast = { subscribe: all, publish: all, end: all, presence: all, info };
  const token = (): Promise<string> =>
    new SignJWT({ sub: user, tetracast, exp: Math.floor(Date.now() / 1000) + 600 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(SECRET));
  return connectTo(server.url, { token, ...options });
}

const names = (members: Members<Info>): string =>
  members
    .map(({ user, info }) => `${user}=${info?.name}`)
    .sort()
    .join();

/** Resolves once these are the members. */
async function expectMembers(iterator: MembersIterator<Info>, expected: string): Promise<void> {
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) throw new Error(`it has ended before the members were ${expected}`);
    if (names(next.value) === expected) return;
  }
}

describe.each(TRANSPORTS)('the members of a channel over %s', (transport) => {
  it('are those of now, and follow joins and leaves', async () => {
    const room = newRoom();
    await using ann = connectAs('ann', { transports: [transport], clientKey: 'tab-1' });
    await using all = presence<Info>(ann, room);
    await expectMembers(all, 'ann=ANN');
    await using observer = connectAs('eve', { transports: [transport] });
    await using observed = presence<Info>(observer, room, { observe: true });
    await expectMembers(observed, 'ann=ANN');
    const bob = connectAs('bob', { transports: [transport] });
    const off = presence(bob, room, { onMembers: () => undefined });
    await Promise.all([all, observed].map((each) => expectMembers(each, 'ann=ANN,bob=BOB')));
    off();
    await Promise.all([all, observed].map((each) => expectMembers(each, 'ann=ANN')));
    bob.close();

    ann.close();
    expect(await all.next()).toEqual({ done: true, value: undefined });
  });
});

/** Counts the requests for members, and asks for one in each page. Nobody is in the second answer. */
function countLoads(): { readonly fetch: typeof fetch; loads: number } {
  const counter = {
    loads: 0,
    fetch: ((url: string, init?: RequestInit) => {
      if (url.includes('/presence') && !url.includes('page=') && ++counter.loads === 2)
        return Promise.resolve(Response.json({ members: [] }));
      return fetch(url.replace('limit=1000', 'limit=1'), init);
    }) as typeof fetch,
  };
  return counter;
}

describe('the members of a channel', () => {
  it('come in pages, and are loaded again after a reset', async () => {
    const room = newRoom();
    const users = ['ann', 'bob', 'carl'];
    const clients = users.map((user) => connectAs(user));
    await Promise.all(clients.map((client) => presence(client, room).next()));
    const counter = countLoads();
    await using eve = connectAs('eve', { fetch: counter.fetch });
    await using observed = presence<Info>(eve, room, { observe: true });
    await expectMembers(observed, 'ann=ANN,bob=BOB,carl=CARL');
    expect(counter.loads).toBe(1);

    await publish(server, room, [1]);
    await server.tetracast.bus.deleteChannel(room);
    await expectMembers(observed, '');
    expect(counter.loads).toBe(2);
    for (const client of clients) client.close();
  });

  it('share a connection of their own, which is that of the client if it takes part itself', async () => {
    await using ann = connectAs('ann');
    await using member = connectAs('bob', { presence: true });
    const [first, second] = [newRoom(), newRoom()];
    for (const client of [ann, member]) {
      await Promise.all([first, second].map((room) => presence(client, room).next()));
      await new Promise((resolve) => client.subscribe(newRoom(), { onBegin: resolve }));
    }

    expect(server.connections()).toBe(3);
  });

  it('end with the signal, with the channel, and with the function that the call returns', async () => {
    await using ann = connectAs('ann');
    const room = newRoom();
    const aborting = new AbortController();
    const [one, two] = [presence(ann, room, { signal: aborting.signal }), presence(ann, room)];
    let calls = 0;
    const off = await new Promise<() => void>((resolve) => {
      const stop = presence(ann, room, {
        onMembers: () => {
          calls++;
          resolve(stop);
        },
      });
    });
    await Promise.all([one.next(), two.next()]);
    off();
    aborting.abort();
    expect(await one.next()).toEqual({ done: true, value: undefined });

    await ann.publish(room, null, { end: true });
    expect(await two.next()).toEqual({ done: true, value: undefined });
    expect(calls).toBe(1);
    ann.close();
    expect(await presence(ann, room, { observe: true }).next()).toEqual({ done: true, value: undefined });
    await pollUntil(
      () => server.connections(),
      (count) => count === 0,
    );
  });

  it('are refused with a typed error where there is no presence', async () => {
    await using ann = connectAs('ann');
    const refusal = { name: 'TetracastError', code: 'invalid_request', isTemporary: false };
    const error = new Promise<TetracastError>((resolve) => {
      presence(ann, 'news', { onMembers: () => undefined, onError: resolve });
    });

    await expect(presence(ann, 'news').next()).rejects.toMatchObject(refusal);
    expect(await error).toMatchObject(refusal);
  });
});
