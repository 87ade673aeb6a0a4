import { NO_LIMITS, openWebSocketWire } from '@tetracast/testing';
import { type Aim, ON_OPEN_LINES } from './actions';
import { attempt } from './attempt';
import { PLAIN, type Transport, TRANSPORTS } from './carriers';
import { bearer, LIFE_ENV, revoke } from './renewal';
import { leaveSession } from './socketio-attempt';
import { type Standalone, startStandalone } from './start-standalone';
import { mint, nowS, SOON_S } from './tokens';

const PAYLOAD = 'what is not for a token that has ended';

let service: Standalone;
let aim: Aim;

beforeAll(async () => {
  service = await startStandalone({ ...NO_LIMITS, ...LIFE_ENV });
  const cursor = await service.store('other', 'the one before');
  await service.store('news', PAYLOAD);
  const session = async (): Promise<string> => leaveSession(service.url, await mint(), 'news');
  aim = { channel: 'news', payload: PAYLOAD, cursor, session };
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

interface Ending {
  readonly what: string;
  /** Makes a token, and what ends it: resolves once its lines are ended. */
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
      const jti = `of an open line ${++revoked}`;
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
      const exp = nowS() + SOON_S;
      const end = async (): Promise<void> => {
        // Lines end in the order in which their tokens do.
        const later = await mint({ exp: exp + 1 });
        await using wire = await openWebSocketWire(`${service.url}/ws?channel=news&token=${later}`);
        expect(await wire.closed).toMatchObject({ code: 4102 });
      };
      return { token: await mint({ exp }), end };
    },
    websocket: 'closed with 4102',
    plain: 'closed with 4102',
    socketio: 'closed',
  },
];

const rows = TRANSPORTS.flatMap((transport) => {
  const actions = ON_OPEN_LINES.filter(({ transports }) => transports.includes(transport));
  return actions.length === 0
    ? []
    : ENDINGS.map((ending): [Transport, string, Ending, typeof actions] => [transport, ending.what, ending, actions]);
});

it.each(rows)('%s: nothing more is done on a line whose token %s', async (transport, _, ending, actions) => {
  const { websocket, plain, socketio } = ending;
  const expected = transport === 'websocket' ? websocket : transport === PLAIN ? plain : socketio;
  const before = await service.stored();
  const outcomes = actions.map(async ({ what, act }) => {
    const tried = await act(aim);
    const { token, end: onceOpen } = await ending.start();
    const { code, bytes } = await attempt(service.url, transport, { query: `token=${token}` }, { ...tried, onceOpen });
    return [what, code, bytes.includes(PAYLOAD)];
  });

  expect(await Promise.all(outcomes)).toEqual(actions.map(({ what }) => [what, expected, false]));
  // What took them back is stored, and nothing else.
  expect((await service.stored()) - before).toBe(ending.what === 'is revoked' ? actions.length : 0);
});
