import { openWebSocketWire } from '@tetracast/testing';
import { type Standalone, startStandalone } from '../access/start-standalone';
import { HttpConnection } from './http-connection';
import { closeIdleChannels } from './connection-kinds';

/** Room for three messages of this size with their overhead, and not for four. */
const ENV = { MAX_MEMORY_BYTES: '65536', MAX_MESSAGE_BYTES: '32768' };
const DATA_BYTES = 20_000;

interface Poll {
  readonly messages: readonly { readonly data: string }[];
  readonly cursor: string;
  readonly reset?: { readonly reason: string };
}

const beginnings = (messages: readonly { readonly data?: unknown }[]): string[] =>
  messages.map(({ data }) => String(data).slice(0, 1));

async function publish({ url }: Standalone, channel: string, letter: string): Promise<void> {
  await using connection = new HttpConnection();
  const { status } = await connection.send(`${url}/polling`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel, data: letter.repeat(DATA_BYTES) }),
  });
  expect(status).toBe(201);
}

async function poll(service: Standalone, query: string): Promise<Poll> {
  closeIdleChannels(service);
  await using connection = new HttpConnection();
  return JSON.parse((await connection.send(`${service.url}/polling?${query}`)).text) as Poll;
}

describe('a message log of MAX_MEMORY_BYTES', () => {
  it('drops the oldest messages of any channel for new ones, and sends a reset to a reader that is behind', async () => {
    await using service = await startStandalone(ENV);
    const { cursor } = await poll(service, 'channel=a');
    for (const [channel = '', letter = ''] of ['a1', 'b2', 'a3']) await publish(service, channel, letter);
    const full = await poll(service, `channel=a,b&after=${cursor}`);
    expect([beginnings(full.messages), full.reset]).toEqual([['1', '2', '3'], undefined]);

    await publish(service, 'c', '4');
    const behind = await poll(service, `channel=a&after=${cursor}`);
    expect([beginnings(behind.messages), behind.reset?.reason]).toEqual([['3'], 'trimmed']);
    const other = await poll(service, `channel=b&after=${cursor}`);
    expect([beginnings(other.messages), other.reset]).toEqual([['2'], undefined]);

    // Nothing of what was dropped is left, on any channel.
    for (const letter of '56789') await publish(service, 'c', letter);
    const gone = await poll(service, `channel=b&after=${cursor}`);
    expect([beginnings(gone.messages), gone.reset?.reason]).toEqual([[], 'trimmed']);
    expect(beginnings((await poll(service, 'channel=c&after=earliest')).messages)).toEqual(['7', '8', '9']);
  });

  it('withholds nothing from a connection that is not behind', async () => {
    await using service = await startStandalone(ENV);
    await using wire = await openWebSocketWire(`${service.url}/ws?channel=a`);
    await wire.nextOf('subscribed');

    for (const letter of '123456789') {
      await publish(service, 'a', letter);
      expect(beginnings([await wire.nextOf('message')])).toEqual([letter]);
    }
    expect(wire.frames.map(({ type }) => type)).not.toContain('reset');
  });
});
