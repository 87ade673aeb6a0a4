import { startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { NO_LIMITS, ROOMS_FILE, uniqueChannel } from '@tetracast/testing';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cli, type CliOptions } from './run-cli';

let server: TestService;
beforeAll(async () => {
  server = await startService(plugins, { ...NO_LIMITS, NAMESPACES_FILE: ROOMS_FILE, PRESENCE_GRACE: '0s' });
});
afterAll(() => server.close());

const at = (url: string): { env: Record<string, string> } => ({ env: { TETRACAST_URL: url } });
const newRoom = (): string => `room:${uniqueChannel()}`;
const linesIn = (out: string): string[] => out.split('\n').filter((line) => line !== '');

/** Makes a member of this client key; resolves with the way to leave. */
async function enter(channel: string, client: string): Promise<() => Promise<void>> {
  const { body } = await fetch(`${server.url}/sse?channel=${channel}&presence=true&client=${client}`);
  return async () => body?.cancel();
}

/** Runs `presence --watch`; when so many lines are printed it does what stands there. The last of them ends it. */
function watch(url: string, args: readonly string[], acts: readonly (() => unknown)[]): ReturnType<typeof cli> {
  const ending = new AbortController();
  let done = 0;
  const onOut: CliOptions['onOut'] = (out) => {
    for (; done < linesIn(out).length && done < acts.length; done++) acts[done]?.();
    if (done === acts.length) ending.abort();
  };
  return cli(['presence', ...args, '--watch'], { ...at(url), signal: ending.signal, onOut });
}

describe('presence', () => {
  it('lists the members as a table and as JSON, or counts them', async () => {
    const channel = newRoom();
    const leaves = [await enter(channel, 'tab-1'), await enter(channel, 'tab-2')];
    const [table, json, count] = [
      await cli(['presence', channel], at(server.url)),
      await cli(['presence', channel, '--json'], at(server.url)),
      await cli(['presence', channel, '--count'], at(server.url)),
    ];
    for (const leave of leaves) await leave();

    const [head, ...rows] = linesIn(table.out);
    expect(head).toMatch(/^id +since +user +client +info$/);
    expect(rows.map((row) => / +\d{4}-\S+Z +(\S+)$/.exec(row)?.[1]).toSorted()).toEqual(['tab-1', 'tab-2']);
    const members = linesIn(json.out).map((line) => JSON.parse(line) as { client: string });
    expect(members.map(({ client }) => client).toSorted()).toEqual(['tab-1', 'tab-2']);
    expect(count.out).toBe('2\n');
  });

  it('follows who joins and who leaves', async () => {
    const channel = newRoom();
    const leave = await enter(channel, 'tab-1');
    let second: Promise<() => Promise<void>> | undefined;
    const acts = [() => (second = enter(channel, 'tab-2')), leave, () => undefined];
    const { code, out, err } = await watch(server.url, [channel, '--json'], acts);
    await (
      await second
    )?.();

    const changes = linesIn(out).map((line) => JSON.parse(line) as { event: string; member: { client: string } });
    expect(changes.map(({ event, member }) => `${event} ${member.client}`)).toEqual([
      'join tab-1',
      'join tab-2',
      'leave tab-1',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('follows them as lines for people, or as a number', async () => {
    const channel = newRoom();
    const leave = await enter(channel, 'tab-1');
    const words = await watch(server.url, [channel], [() => undefined]);
    const counted = await watch(server.url, [channel, '--count'], [leave, () => undefined]);

    expect(words.out).toMatch(/^\S+Z join {2}\S+ tab-1\n$/);
    expect(counted.out).toBe('1\n0\n');
  });

  it('says that a channel has no members, and that the server wants a token, with its own exit code', async () => {
    await using locked = await startService(plugins, { NAMESPACES_FILE: ROOMS_FILE, AUTH_SECRET: 's'.repeat(43) });
    const [none, refused, nothing] = [
      await cli(['presence', 'news'], at(server.url)),
      await cli(['presence', 'room:1'], at(locked.url)),
      await cli(['presence', 'room:1'], at('http://127.0.0.1:9')),
    ];

    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('"presence" for its namespace') as string });
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('(unauthorized)') as string });
    expect(nothing).toMatchObject({ code: 1, err: expect.stringContaining('(network)') as string });
  });
});

describe('presence --watch', () => {
  const member = (id: string): object => ({ id, client: id, since: 0 });
  const reset = { channels: ['room:1'], reason: 'epoch', cursor: 'b-0' };
  const join = (id: string): object => ({ event: 'tetracast:join', time: 0, data: member(id) });

  it('asks again after a reset and after a failure, and prints what it has missed', async () => {
    const snapshots = [
      { members: [member('ann')], page: '2', cursor: 'a-1' },
      { members: [member('ben')], cursor: 'a-1' },
      { members: [member('ben'), member('cid')], cursor: 'b-5' },
    ];
    // A join of a member that a later page has listed already is no news.
    const polls = [
      { messages: [join('ben')], cursor: 'a-2' },
      'unavailable',
      { messages: [], cursor: 'b-0', reset },
      { messages: [join('dan')], cursor: 'b-6' },
    ];
    const asked: string[] = [];
    const scripted = createServer(({ url = '' }, response) => {
      asked.push(url);
      // One request too many would end the command.
      const answer = (url.startsWith('/presence') ? snapshots.shift() : polls.shift()) ?? 'forbidden';
      const isRefusal = typeof answer === 'string';
      response.writeHead(isRefusal ? 503 : 200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(isRefusal ? { type: `urn:tetracast:${answer}`, code: answer, detail: `is ${answer}` } : answer),
      );
    });
    await new Promise<void>((resolve) => scripted.listen(0, '127.0.0.1', resolve));
    const { port } = scripted.address() as AddressInfo;
    const { out, err } = await watch(
      `http://127.0.0.1:${port}`,
      ['room:1'],
      Array.from({ length: 5 }, () => () => undefined),
    );
    scripted.close();

    expect(linesIn(out).map((line) => line.split(/ +/).slice(1, 3).join(' '))).toEqual([
      'join ann',
      'join ben',
      'leave ann',
      'join cid',
      'join dan',
    ]);
    expect(err).toBe('is unavailable: tries again\n');
    const others = asked.filter((url) => !url.startsWith('/presence'));
    expect(others.filter((url) => !url.includes('&presence=observe&'))).toEqual([]);
    expect(asked.map((url) => new URLSearchParams(url.split('?')[1]).get('after'))).toEqual(
      [null, null, 'a-1', 'a-2', 'a-2', null, 'b-5'].concat(asked.length > 7 ? ['b-6'] : []),
    );
  });
});

describe('cancel', () => {
  it('asks the publishers of a channel to stop, and prints the id of the message', async () => {
    const channel = uniqueChannel();
    await cli(['pub', channel, 'hello', '-q'], at(server.url));
    const { code, out } = await cli(['cancel', channel], at(server.url));
    const listed = await cli(['sub', channel, '--after', 'earliest', '-n', '2', '--json'], at(server.url));
    const again = await cli(['cancel', channel, '--quiet'], at(server.url));

    expect(code).toBe(0);
    expect(JSON.parse(linesIn(listed.out)[1] ?? '')).toMatchObject({ id: out.trim(), event: 'tetracast:cancel' });
    expect(again).toEqual({ code: 0, out: '', err: '' });
  });

  it('says that there is nothing to cancel', async () => {
    const { code, err } = await cli(['cancel', uniqueChannel()], at(server.url));

    expect(code).toBe(1);
    expect(err).toContain('(not_found)');
  });
});
