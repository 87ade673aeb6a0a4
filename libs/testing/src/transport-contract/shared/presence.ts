import { JOIN_EVENT, LEAVE_EVENT, type Members } from '@tetracast/message-model';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, removeDir } from '../../servers/temp-dir';
import { readRefusal, type TransportClient } from '../../drivers/index';
import { type ContractContext, type TransportUnderTest, uniqueChannel } from '../contract-context';

const EVENTS = ['message', JOIN_EVENT, LEAVE_EVENT];

/** Who is there. The cases share one server, in whose namespace `room` channels have members. */
export function testPresence(context: ContractContext): void {
  const { start, driver } = context;
  if (start === undefined) {
    it.todo('presence');
    return;
  }

  describe('presence', () => {
    let dir: string;
    let service: TransportUnderTest;

    beforeAll(async () => {
      dir = await createTempDir('namespaces');
      const file = join(dir, 'namespaces.json');
      await writeFile(file, JSON.stringify({ namespaces: { room: { presence: true } } }));
      service = await start({ NAMESPACES_FILE: file, PRESENCE_GRACE: '2s', PRESENCE_POLL_GRACE: '2s' });
    });

    afterAll(async () => {
      await service[Symbol.asyncDispose]();
      await removeDir(dir);
    });

    const open = (channel: string, presence: 'true' | 'observe', more: object = {}): Promise<TransportClient> =>
      driver.open(service.url, { channels: [channel], events: EVENTS, presence, ...more });

    const snapshot = async (channel: string, query = ''): Promise<Members> => {
      const response = await fetch(`${service.url}/presence?channel=${channel}${query}`);
      if (!response.ok) throw await readRefusal(response);
      return (await response.json()) as Members;
    };

    it('tells who joins and who leaves, and a snapshot says who is there', async () => {
      const channel = `room:${uniqueChannel()}`;
      await using observer = await open(channel, 'observe');
      await using member = await open(channel, 'true', { client: 'tab-1' });

      const [joined] = await observer.next();
      expect(joined).toMatchObject({ channel, event: JOIN_EVENT, data: { client: 'tab-1' } });
      const { members, count } = await snapshot(channel);
      expect([members, count]).toEqual([[joined?.data], 1]);
      await member.publish({ channel, data: 'hello' });
      expect(await observer.next()).toMatchObject([{ channel, data: 'hello' }]);
      await member.close();

      const [left] = await observer.next();
      expect(left).toMatchObject({ channel, event: LEAVE_EVENT, data: members[0] });
      expect(await snapshot(channel, '&limit=0')).toMatchObject({ members: [], count: 0 });
    });

    it('is the snapshot and what follows its cursor', async () => {
      const channel = `room:${uniqueChannel()}`;
      await using before = await open(channel, 'true', { client: 'before' });
      const { members, cursor } = await snapshot(channel);
      await using after = await open(channel, 'true', { client: 'after' });
      await using observer = await open(channel, 'observe', { after: cursor });

      expect(members).toMatchObject([{ client: 'before' }]);
      expect(await observer.next()).toMatchObject([{ event: JOIN_EVENT, data: { client: 'after' } }]);
      await Promise.all([before.close(), after.close()]);
      const gone = (await observer.next(2)).map(({ event, data }) => [event, (data as { client: string }).client]);
      expect(gone.sort()).toEqual([
        [LEAVE_EVENT, 'after'],
        [LEAVE_EVENT, 'before'],
      ]);
    });

    it('is not for those who do not ask for it', async () => {
      const channel = `room:${uniqueChannel()}`;
      await using plain = await driver.open(service.url, { channels: [channel], events: EVENTS });
      await using member = await open(channel, 'true', { client: 'tab-1' });
      await member.publish({ channel, data: 'hello' });

      expect(await plain.next()).toMatchObject([{ event: 'message', data: 'hello' }]);
      expect(await snapshot(channel)).toMatchObject({ count: 1 });
    });

    it('is off elsewhere', async () => {
      await expect(snapshot(uniqueChannel())).rejects.toMatchObject({ status: 400, code: 'invalid_request' });
      await expect(open(uniqueChannel(), 'true')).rejects.toThrow();
    });
  });
}
