import { cursorAfter, type Message } from '@tetracast/message-model';
import {
  AWKWARD_STRINGS,
  AWKWARD_VALUES,
  startTcpProxy,
  publishJson,
  type ServiceProcess,
  uniqueChannel,
  words,
} from '@tetracast/testing';
import { startService } from '../system';
import { CLIENTS } from './clients';
import { startClient } from './running-client';

const GREETING = 'Grüße,\r\n世界! \u2028"👩‍👩‍👧‍👦" \\n & <b>100 %</b> +1';
// Not all languages read half of a surrogate pair (RFC 8259, section 8.2): Ruby and Perl refuse it.
const { 'halves of surrogate pairs': _halves, ...VALUES } = AWKWARD_VALUES;
const AWKWARD = [...Object.values(AWKWARD_STRINGS), ...Object.values(VALUES)];
const HANGS_MS = 120_000;

let service: ServiceProcess;

beforeAll(async () => {
  service = await startService('standalone', { SSE_RETRY_INTERVAL: '20ms' });
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function publish(channel: string, ...data: readonly unknown[]): Promise<void> {
  for (const item of data) await publishJson(`${service.url}/sse`, { channel, data: item });
}

async function stored(channel: string): Promise<Message[]> {
  const answer = await fetch(`${service.url}/polling?channel=${channel}&after=earliest&limit=1000`);
  return ((await answer.json()) as { messages: Message[] }).messages;
}

describe('third-party clients', () => {
  it.each(CLIENTS)(
    '$name: gets every message, once and in order, also after a cut',
    async (client) => {
      const channel = uniqueChannel();
      await using proxy = await startTcpProxy(service.url);
      await using program = await startClient(client, proxy.url, channel, GREETING);

      await program.subscribed.one();
      if (client.publishes) await program.published.one();
      else await publish(channel, GREETING);
      await publish(channel, ...AWKWARD);
      await program.received.next(1 + AWKWARD.length);

      await proxy.cut(() => publish(channel, ...words(5, 'meanwhile')));
      await program.received.next(5);
      await publish(channel, ...words(3, 'later'));
      await program.received.next(3);

      const messages = await stored(channel);
      const data = [GREETING, ...AWKWARD, ...words(5, 'meanwhile'), ...words(3, 'later')];
      // As text: toEqual would take -0, undefined or a changed order of members for equal.
      expect(JSON.stringify(messages.map((message) => message.data))).toBe(JSON.stringify(data));
      expect(program.received.items.map(({ message }) => message)).toMatchObject(messages);
      expect(JSON.stringify(program.received.items.map(({ message }) => message.data))).toBe(JSON.stringify(data));
      expect(program.received.items.map(({ cursor }) => cursor)).toEqual(messages.map(cursorAfter));
      expect(program.resets.items).toEqual([]);
    },
    HANGS_MS,
  );

  it.each([
    { what: 'a missing package', command: [process.execPath, '-e', 'require("no-such-package")'] },
    { what: 'a missing program', command: ['/usr/bin/no-such-program'] },
  ])('$what fails with the command that installs it', async ({ command }) => {
    const run = async (): Promise<void> => {
      const client = { name: 'a client', command, publishes: false, debian: ['one', 'two'] };
      await using program = await startClient(client, service.url, uniqueChannel(), GREETING);
      await program.subscribed.one();
    };
    await expect(run()).rejects.toThrow('sudo apt-get install -y one two');
  });
});
