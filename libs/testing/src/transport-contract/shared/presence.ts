import { JOIN_EVENT, LEAVE_EVENT, type Members, type Message } from '@tetracast/message-model';
import { readRefusal, type TransportClient } from '../../drivers/index';
import { pollUntil } from '../../progress/index';
import { ROOMS_FILE } from '../../rooms';
import {
  type ContractContext,
  itIsNotAvailable,
  refusalBy,
  type TransportUnderTest,
  uniqueChannel,
} from '../contract-context';

const EVENTS = ['message', JOIN_EVENT, LEAVE_EVENT];

/** Longer than the grace after a poll, a minute, at a deployment that runs already. */
const LEAVE_LIMIT_MS = 100_000;

/** Presence. The cases share one server, and one of its namespaces has presence. */
export function testPresence(context: ContractContext): void {
  const { driver } = context;

  describe('presence', () => {
    const { url, namespace } = serverWithPresence(context);
    const itWhereMembersAre = namespace === undefined ? itIsNotAvailable : it;
    const newChannel = (): string => `${namespace}:${uniqueChannel()}`;

    const open = (channel: string, presence: 'true' | 'observe', more: object = {}): Promise<TransportClient> =>
      driver.open(url(), { channels: [channel], events: EVENTS, presence, ...more });

    const snapshot = async (channel: string, query = ''): Promise<Members> => {
      const response = await fetch(`${url()}/presence?channel=${channel}${query}`);
      if (!response.ok) throw await readRefusal(response);
      return (await response.json()) as Members;
    };

    /** The data of the leaves that a client has received, once there are so many. */
    const leaves = async ({ received }: TransportClient, count: number): Promise<unknown[]> => {
      const found = (): Message[] => received.filter(({ event }) => event === LEAVE_EVENT);
      const all = await pollUntil(found, ({ length }) => length >= count, LEAVE_LIMIT_MS);
      return all.map(({ data }) => data);
    };

    itWhereMembersAre('tells who joins and who leaves, and a snapshot says who is there', async () => {
      const channel = newChannel();
      await using observer = await open(channel, 'observe');
      await using member = await open(channel, 'true', { client: 'tab-1' });

      const [joined] = await observer.next();
      expect(joined).toMatchObject({ channel, event: JOIN_EVENT, data: { client: 'tab-1' } });
      const { members, count } = await snapshot(channel);
      expect([members, count]).toEqual([[joined?.data], 1]);
      await member.publish({ channel, data: 'hello' });
      expect(await observer.next()).toMatchObject([{ channel, data: 'hello' }]);
      await member.close();

      expect(await leaves(observer, 1)).toMatchObject(members);
      expect(observer.received).toHaveLength(3);
      expect(await snapshot(channel, '&limit=0')).toMatchObject({ members: [], count: 0 });
    });

    itWhereMembersAre('is the snapshot and what follows its cursor', async () => {
      const channel = newChannel();
      await using before = await open(channel, 'true', { client: 'before' });
      const { members, cursor } = await snapshot(channel);
      await using after = await open(channel, 'true', { client: 'after' });
      await using observer = await open(channel, 'observe', { after: cursor });

      expect(members).toMatchObject([{ client: 'before' }]);
      expect(await observer.next()).toMatchObject([{ event: JOIN_EVENT, data: { client: 'after' } }]);
      await Promise.all([before.close(), after.close()]);
      const gone = (await leaves(observer, 2)).map((data) => (data as { client: string }).client);
      expect(gone.sort()).toEqual(['after', 'before']);
    });

    itWhereMembersAre('is not for those who do not ask for it', async () => {
      const channel = newChannel();
      await using plain = await driver.open(url(), { channels: [channel], events: EVENTS });
      await using member = await open(channel, 'true', { client: 'tab-1' });
      await member.publish({ channel, data: 'hello' });

      expect(await plain.next()).toMatchObject([{ event: 'message', data: 'hello' }]);
      expect(await snapshot(channel)).toMatchObject({ count: 1 });
    });

    it('is off elsewhere', async () => {
      await expect(snapshot(uniqueChannel())).rejects.toMatchObject({ status: 400, code: 'invalid_request' });
      await expect(open(uniqueChannel(), 'true')).rejects.toMatchObject(refusalBy(driver, 'invalid_request'));
    });
  });
}

/** A server with short graces, started for the cases; or the one that runs, with its namespace. */
function serverWithPresence({ start, url, presenceNamespace }: ContractContext): {
  readonly url: () => string;
  readonly namespace: string | undefined;
} {
  if (start === undefined) return { url, namespace: presenceNamespace };
  let service: TransportUnderTest;

  beforeAll(async () => {
    service = await start({ NAMESPACES_FILE: ROOMS_FILE, PRESENCE_GRACE: '2s', PRESENCE_POLL_GRACE: '2s' });
  });

  afterAll(() => service[Symbol.asyncDispose]());

  return { url: () => service.url, namespace: 'room' };
}
