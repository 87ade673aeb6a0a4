import { pollUntil, socketioWebSocket, sseFetch, websocketByUrl } from '@tetracast/testing';
import { TEST_TIMEOUT_MS } from './fuzz-limits';
import { HonestSubscribers } from './honest-subscribers';
import { RawConnection } from './raw-connection';
import { upgradeRequest } from './raw-websocket';
import { ServiceUnderFire } from './service-under-fire';

/** MAX_CONNECTIONS. */
const ROOM = 40;
/** Not polling: a flood of sockets can come before each of its requests. */
const INSIDE = [sseFetch, websocketByUrl, socketioWebSocket];

/** Of each kind at once: few enough for the sockets there may be besides, and too many for them, but none that has to knock twice. */
const FEW = 12;
const MANY = 90;
/** What those inside receive at least meanwhile. */
const MESSAGES = 20;

const get = (target: string): Buffer => Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
const OVERLOADED = /^HTTP\/1\.1 503 .*\r\nretry-after: \d+\r\n.*"code":"overloaded".*\}$/is;

/** What newcomers say, and how each is turned away so that its client survives it; a WebSocket at last with 1013 (03 F5). */
const NEWCOMERS: readonly [name: string, says: Buffer, answer: RegExp][] = [
  ['a poll', get('/polling?channel=flood&wait=1'), OVERLOADED],
  ['an event stream', get('/sse?channel=flood'), /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nretry: \d+\n\n$/is],
  ['a WebSocket', upgradeRequest('/ws?channel=flood'), /^HTTP\/1\.1 101 .*"code":"overloaded".*\}\x88..\xf5/is],
  ['Socket.IO by polling', get('/socket.io/?EIO=4&transport=polling'), OVERLOADED],
  ['Socket.IO', upgradeRequest('/socket.io/?EIO=4&transport=websocket'), OVERLOADED],
];

jest.setTimeout(TEST_TIMEOUT_MS);

let target: ServiceUnderFire;
let inside: HonestSubscribers;
let crowd: RawConnection[];
let filesWhenFull: number;

/** All that comes to one of `count` connections that send the same, until it is what is wanted, or the connection is cut. */
function answersTo(count: number, says: Buffer, wanted: RegExp): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      using connection = await RawConnection.open(target.port);
      await connection.send(says);
      return (await connection.until((received) => wanted.test(received.toString('latin1')))).toString('latin1');
    }),
  );
}

beforeAll(async () => {
  target = await ServiceUnderFire.start({ MAX_CONNECTIONS: String(ROOM) });
  inside = await HonestSubscribers.connect(target.url, INSIDE);
  crowd = await Promise.all(Array.from({ length: ROOM - INSIDE.length }, () => RawConnection.open(target.port)));
  for (const connection of crowd) {
    await connection.send(get('/sse?channel=crowd'));
    const answer = await connection.until((received) => received.includes('id: '));
    if (!answer.includes('id: ')) throw new Error(`not let in: ${answer.toString()}`);
  }
  filesWhenFull = (await target.metrics())('process_open_fds');
});

afterAll(async () => {
  for (const connection of crowd) connection[Symbol.dispose]();
  await inside.close();
  await target[Symbol.asyncDispose]();
});

afterEach(() => {
  target.expectNoFailure();
});

describe('a service with MAX_CONNECTIONS connections', () => {
  it.each(NEWCOMERS)('turns %s away, to come back later, and those inside go on', async (_name, says, answer) => {
    for (const received of await answersTo(FEW, says, answer)) expect(received).toMatch(answer);
    await inside.expectMore(MESSAGES);
  });

  it('turns a flood away, or cuts it off as it comes, and those inside go on', async () => {
    const flood = NEWCOMERS.map(async ([, says, answer]) => {
      const answers = await answersTo(MANY, says, answer);
      return answers.filter((received) => received !== '' && !answer.test(received));
    });
    const [, ...odd] = await Promise.all([inside.expectMore(MESSAGES), ...flood]);
    expect(odd.flat()).toEqual([]);
    expect(crowd.filter(({ isClosed }) => isClosed)).toEqual([]);
  });

  it('takes newcomers on every transport when others have closed theirs', async () => {
    for (const connection of crowd) connection[Symbol.dispose]();
    // Until the service has noticed it, and the flood is over.
    const look = async (): Promise<{ connections: number; files: number }> => {
      const metrics = await target.metrics();
      return { connections: metrics('tetracast_connections'), files: metrics('process_open_fds') };
    };
    await pollUntil(look, ({ connections, files }) => connections <= INSIDE.length && files < filesWhenFull);

    const newcomers = await HonestSubscribers.connect(target.url);
    await newcomers.expectAll();
    await newcomers.close();
    await inside.expectAll();
  });
});
