import type { Members } from '@tetracast/message-model';
import { NO_LIMITS, openWebSocketWire, ROOMS_FILE } from '@tetracast/testing';
import { startStandalone, type Standalone } from '../access/start-standalone';
import { ACCESS_ENV, mint } from '../access/tokens';

let channels = 0;

const start = (env: Record<string, string>, fixed: Parameters<typeof startStandalone>[1]): Promise<Standalone> =>
  startStandalone({ ...NO_LIMITS, NAMESPACES_FILE: ROOMS_FILE, ...env }, fixed);

const newChannel = (): string => `room:${++channels}`;

/** The code with which a poll is refused, or `ok`. */
async function poll({ url }: Standalone, parameters: Record<string, string>): Promise<string> {
  const response = await fetch(`${url}/polling?${new URLSearchParams({ presence: 'true', ...parameters }).toString()}`);
  const { code = 'ok' } = (await response.json()) as { code?: string };
  return code;
}

/** The same of a WebSocket, which closes again. */
async function overWebSocket({ url }: Standalone, parameters: Record<string, string>): Promise<string> {
  const query = new URLSearchParams({ presence: 'true', ...parameters });
  await using wire = await openWebSocketWire(`${url}/ws?${query.toString()}`);
  for (;;) {
    const frame = await wire.next();
    if (frame.type === 'error') return frame.code;
    if (frame.type === 'subscribed') return 'ok';
  }
}

async function countMembers({ url }: Standalone, channel: string): Promise<number> {
  const response = await fetch(`${url}/presence?channel=${channel}&limit=0`);
  return ((await response.json()) as Members).count;
}

it('polls of one address under ever new names are a limited number of members', async () => {
  await using service = await start({}, { maxMembershipsPerIp: 20 });
  const channel = newChannel();
  const codes: string[] = [];
  for (let n = 0; n < 25; n++) codes.push(await poll(service, { channel, client: `tab-${n}` }));

  expect(codes).toEqual([...Array<string>(20).fill('ok'), ...Array<string>(5).fill('rate_limited')]);
  expect(await overWebSocket(service, { channel: newChannel() })).toBe('rate_limited');
  // Those that are members already poll on, and all may read on.
  expect(await poll(service, { channel, client: 'tab-0' })).toBe('ok');
  expect(await poll(service, { channel, client: 'tab-99', presence: 'observe' })).toBe('ok');
  expect(await countMembers(service, channel)).toBe(20);
});

it('one user has a limited number of memberships, from any address', async () => {
  await using service = await start(ACCESS_ENV, { maxMembershipsPerUser: 3 });
  const token = await mint({ sub: 'ann', tetracast: { subscribe: ['*'], presence: ['*'] } });
  const other = await mint({ sub: 'ben', tetracast: { subscribe: ['*'], presence: ['*'] } });
  const codes: string[] = [];
  for (let n = 0; n < 4; n++) codes.push(await poll(service, { channel: newChannel(), token }));

  expect(codes).toEqual(['ok', 'ok', 'ok', 'rate_limited']);
  expect(await poll(service, { channel: newChannel(), token: other })).toBe('ok');
});

it('a channel has a limited number of members, and others are not hindered', async () => {
  await using service = await start({ MAX_MEMBERS: '3' }, {});
  const channel = newChannel();
  const codes: string[] = [];
  for (let n = 0; n < 4; n++) codes.push(await poll(service, { channel, client: `tab-${n}` }));

  expect(codes).toEqual(['ok', 'ok', 'ok', 'overloaded']);
  expect(await overWebSocket(service, { channel })).toBe('overloaded');
  expect(await poll(service, { channel: newChannel(), client: 'tab-3' })).toBe('ok');
  expect(await countMembers(service, channel)).toBe(3);
});
