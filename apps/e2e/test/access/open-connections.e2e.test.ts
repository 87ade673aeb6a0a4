import { NO_LIMITS, openWebSocketWire } from '@tetracast/testing';
import { makeTimeSkippable } from '@tetracast/testing/clocks';
import { type Aim, ON_OPEN_CONNECTIONS } from './attempts/actions';
import { attempt } from './attempts/attempt';
import { PLAIN, type Transport, TRANSPORTS } from './attempts/carriers';
import { bearer, LIFE_ENV, revoke } from './renewal';
import { leaveSession } from './attempts/socketio-attempt';
import { type Standalone, startStandalone } from './start-standalone';
import { expireShortLived, mint, mintShortLived } from './tokens';

const PAYLOAD = 'what an ended token must not read';

let service: Standalone;
let aim: Aim;

beforeAll(async () => {
  makeTimeSkippable();
  service = await startStandalone({ ...NO_LIMITS, ...LIFE_ENV });
  const cursor = await service.store('other', 'the one before');
  await service.store('news', PAYLOAD);
  const session = async (): Promise<string> => leaveSession(service.url, await mint(), 'news');
  aim = { channel: 'news', payload: PAYLOAD, cursor, session };
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  jest.useRealTimers();
});

interface Ending {
  readonly what: string;
  /** Makes a token, and the function that ends it, which resolves once its connections have ended. */
  readonly start: () => Promise<{ token: string; end: () => Promise<void> }>;
  readonly websocket: string;
  readonly plain: string;
  readonly socketio: string;
}

let revoked = 0;

const ENDINGS: readonly Ending[] = [
  {
    what: 'is revoked',
    start: async () => {
      const jti = `of an open connection ${++revoked}`;
      const token = await mint({ jti });
      const end = async (): Promise<void> => {
        await revoke(service.url, { jti });
        while ((await fetch(`${service.url}/polling?channel=news`, { headers: bearer(token) })).ok);
      };
      return { token, end };
    },
    websocket: 'closed with 4001',
    plain: 'unauthorized',
    socketio: 'disconnected',
  },
  {
    what: 'expires',
    start: async () => {
      const end = async (): Promise<void> => {
        // Connections end in the order in which their tokens expire.
        const later = await mintShortLived();
        await using wire = await openWebSocketWire(`${service.url}/ws?channel=news&token=${later}`);
        await wire.nextOf('welcome');
        expireShortLived();
        expect(await wire.closed).toMatchObject({ code: 4102 });
      };
      return { token: await mintShortLived(), end };
    },
    websocket: 'closed with 4102',
    plain: 'closed with 4102',
    socketio: 'closed',
  },
];

const rows = TRANSPORTS.flatMap((transport) => {
  const actions = ON_OPEN_CONNECTIONS.filter(({ transports }) => transports.includes(transport));
  return actions.length === 0
    ? []
    : ENDINGS.map((ending): [Transport, string, Ending, typeof actions] => [transport, ending.what, ending, actions]);
});

it.each(rows)('%s: a connection whose token %s does nothing more', async (transport, _, ending, actions) => {
  const { websocket, plain, socketio } = ending;
  const expected = transport === 'websocket' ? websocket : transport === PLAIN ? plain : socketio;
  const before = await service.stored();
  const outcomes: unknown[] = [];
  for (const { what, act } of actions) {
    const tried = await act(aim);
    const { token, end: onceOpen } = await ending.start();
    const { code, bytes } = await attempt(service.url, transport, { query: `token=${token}` }, { ...tried, onceOpen });
    outcomes.push([what, code, bytes.includes(PAYLOAD)]);
  }

  expect(outcomes).toEqual(actions.map(({ what }) => [what, expected, false]));
  // The revocations are stored, and nothing else.
  expect((await service.stored()) - before).toBe(ending.what === 'is revoked' ? actions.length : 0);
});
