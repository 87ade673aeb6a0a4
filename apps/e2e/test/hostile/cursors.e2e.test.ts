import { CURSOR_PATTERN } from '@tetracast/message-model';
import {
  IDLE_LIMIT_MS,
  pollingFetch,
  socketioWebSocket,
  sseFetch,
  type TransportClient,
  websocketByUrl,
} from '@tetracast/testing';
import fc from 'fast-check';
import { describeUnderFire } from './describe-under-fire';

const DRIVERS = [pollingFetch, sseFetch, websocketByUrl, socketioWebSocket];
const CHANNEL = 'cursors';
/** Of this log they are valid or far ahead, never between, where the honest publishers may be by then. */
const SEQS = [
  '0',
  '1',
  '2',
  '00',
  '-1',
  '1e3',
  '999999999999',
  '9007199254740991',
  '9007199254740992',
  '9'.repeat(16),
  '9'.repeat(17),
];
const LEVELS = [
  '',
  '~5.AAAAAAAA',
  '~5',
  '~0.AAAAAAAA',
  '~9007199254740991.AAAAAAAA',
  '~5.AAAAAAAA.BBBBBBBB~6.CCCCCCCC',
  '~5.AAAA',
  '~~',
  `~5${'.AAAAAAAA'.repeat(60)}`,
];

/** In a made-up cursor: the epoch of the running message log. */
const OWN_EPOCH = '<epoch>';

const cursors = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        epoch: fc.constantFrom(OWN_EPOCH, OWN_EPOCH, 'x', '', 'A'.repeat(32), 'A'.repeat(33)),
        seq: fc.constantFrom(...SEQS),
        levels: fc.constantFrom(...LEVELS),
      })
      .map(({ epoch, seq, levels }) => `${epoch}-${seq}${levels}`),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('earliest', '', '-', '~', '\0', ' ', 'a'.repeat(512), 'a'.repeat(513), 'a'.repeat(5000)),
  },
);

interface Polled {
  readonly cursor: string;
  readonly reset?: { readonly reason: string };
}

describeUnderFire('cursors that the server never gave out', (attack) => {
  let epoch: string;

  const poll = async (
    query: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<Polled> => {
    const search = new URLSearchParams({ channel: CHANNEL, ...query });
    const response = await fetch(`${attack().target.url}/polling?${search.toString()}`, {
      headers,
      signal: AbortSignal.timeout(IDLE_LIMIT_MS),
    });
    const body = (await response.json()) as Polled;
    expect({ status: response.status, body }).toMatchObject({ status: 200 });
    expect(body.cursor).toMatch(CURSOR_PATTERN);
    return body;
  };
  const resolveOwn = (cursor: string): string => cursor.replace(OWN_EPOCH, epoch);

  beforeAll(async () => {
    const { cursor } = await poll({});
    [epoch = ''] = cursor.split('-');
  });

  it('begin at the same position, or with the same reset, on every transport, and the connection goes on', async () => {
    let marks = 0;
    await attack().expectForAll(60, cursors, async (odd) => {
      const options = { channels: [CHANNEL], after: resolveOwn(odd) };
      const clients = await Promise.all(DRIVERS.map((driver) => driver.open(attack().target.url, options)));
      try {
        const mark = ++marks;
        await clients[mark % clients.length]?.publish({ channel: CHANNEL, data: mark });
        const [first, ...others] = await Promise.all(clients.map((client) => receivedUpTo(client, mark)));
        for (const other of others) expect(other).toEqual(first);
      } finally {
        await Promise.all(clients.map((client) => client.close()));
      }
    });
  });

  it('get a new one that is valid, wherever a request may carry them', async () => {
    const carriers = fc.record({
      odd: cursors,
      carrier: fc.constantFrom('after', 'lastEventId', 'Last-Event-ID', 'If-None-Match'),
      quotes: fc.constantFrom('"', '', 'W/"'),
    });
    await attack().expectForAll(400, carriers, async ({ odd, carrier, quotes }) => {
      const cursor = resolveOwn(odd);
      // Letters that no header can carry are sent in the URL only.
      const isHeader = carrier.includes('-') && /^[\x20-\x7e]*$/.test(cursor);
      const value = carrier === 'If-None-Match' ? `${quotes}${cursor}"` : cursor;
      const first = await poll(
        isHeader ? {} : { [carrier === 'lastEventId' ? carrier : 'after']: cursor },
        isHeader ? { [carrier]: value } : {},
      );
      expect(await poll({ after: first.cursor })).not.toHaveProperty('reset');
    });
  });
});

/** What a client received, resets first, until this was published. */
async function receivedUpTo(client: TransportClient, mark: number): Promise<unknown[]> {
  const received: unknown[] = [];
  while (received.at(-1) !== mark) received.push(...(await client.next()).map(({ data }) => data));
  return [client.resets.map(({ reason, channels }) => ({ reason, channels })), received];
}
