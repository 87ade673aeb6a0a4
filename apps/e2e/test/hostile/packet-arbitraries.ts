import fc from 'fast-check';
import { publications } from './http-arbitraries';
import { withOddMembers } from './with-odd-members';

/** CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK, and none: events most of the time. */
const SOCKET_TYPES = [2, 2, 2, 2, 0, 1, 3, 4, 5, 5, 6, 7, 8, 9];
const NAMESPACES = [
  '',
  '',
  '',
  '/news,',
  '/news,',
  '/news',
  '/,',
  '/__proto__,',
  '/constructor,',
  '/$own,',
  '/a b,',
  '/?x=1,',
  ',',
  '//',
];
const ATTACHMENTS = ['', '', '', '1-', '2-', '0-', '999-', '-1-', '1', '01-', '1-1-', '99999999999999999999-'];
const ACK_IDS = ['', '', '0', '7', '00', '99999999999999999999', '-1'];
const EVENTS = [
  'publish',
  'subscribe',
  'unsubscribe',
  'price',
  'connect',
  'disconnecting',
  'error',
  'newListener',
  '__proto__',
  'tetracast:reset',
  '',
];
const PIDS = [
  '',
  'a',
  'x.y.z.0',
  `${'s'.repeat(20)}.${'p'.repeat(22)}.zzzzzzzzz.0`,
  `${'s'.repeat(20)}.${'p'.repeat(22)}.1.999999999`,
  null,
  7,
  {},
];

/** The `auth` of a CONNECT, or the argument of `subscribe`, most of them with odd members. */
const auths = withOddMembers(
  fc.constantFrom({ channels: ['fuzz'] }, { channels: 'fuzz,other', after: 'earliest' }, {}),
  {
    channels: fc.oneof(
      fc.constantFrom<unknown>('', [], {}, [1], null),
      fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
    ),
    after: fc.constantFrom<unknown>('', 'x-1', 1, null, {}, 'a'.repeat(600)),
    rewind: fc.constantFrom<unknown>(0, 1, -1, '1', 10_001, null, []),
    client: fc.constantFrom<unknown>('tab', '', 'two words', 1, null),
    pid: fc.constantFrom<unknown>(...PIDS),
    offset: fc.constantFrom<unknown>('', 'x-1', 'earliest', 1, null),
  },
);

const placeholders = fc.record({
  _placeholder: fc.constantFrom<unknown>(true, 1, 'x'),
  num: fc.constantFrom<unknown>(0, 1, -1, 0.5, '0', null, 'toString'),
});

const events = fc
  .tuple(
    fc.constantFrom(...EVENTS),
    fc.array(fc.oneof(publications, auths, placeholders, fc.jsonValue()), { maxLength: 3 }),
  )
  .map((event) => JSON.stringify(event.flat(1)));

const payloads = fc.oneof(
  { weight: 4, arbitrary: events },
  { weight: 2, arbitrary: auths.map((auth) => JSON.stringify(auth)) },
  { weight: 1, arbitrary: fc.json() },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '[',
      '{}',
      '[]',
      'null',
      '""',
      '[1,2]',
      '[{}]',
      '{"__proto__":{"polluted":1}}',
      `["x",${'['.repeat(9000)}${']'.repeat(9000)}]`,
    ),
  },
);

const questions = fc
  .tuple(
    fc.constantFrom('', '/news,'),
    fc.nat(9),
    fc.oneof(
      { weight: 1, arbitrary: publications.map((publication) => ['publish', publication]) },
      { weight: 2, arbitrary: fc.tuple(fc.constantFrom('subscribe', 'unsubscribe', 'price'), auths) },
    ),
  )
  .map(([namespace, ackId, event]) => `2${namespace}${ackId}${JSON.stringify(event)}`);

/** Socket.IO protocol 5: type, attachments, namespace, acknowledgement, payload. */
const socketPackets = fc.oneof(
  { weight: 3, arbitrary: questions },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...SOCKET_TYPES),
        fc.constantFrom(...ATTACHMENTS),
        fc.constantFrom(...NAMESPACES),
        fc.constantFrom(...ACK_IDS),
        payloads,
      )
      .map((parts) => parts.join('')),
  },
);

/** Engine.IO protocol 4: a type, and behind `message` (4) a packet of Socket.IO. */
const packets: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: socketPackets.map((packet) => `4${packet}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '40',
      '40/news,',
      '41',
      '41/news,',
      '42["publish",{"channel":"fuzz","data":1}]',
      '2',
      '3',
      '3probe',
      '2probe',
      '5',
      '6',
      '0{}',
      '7',
      'b',
      'bAQID',
      'b====',
      '',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);

/** Connected to the main namespace and to one of a channel, most of the time. */
export const packetLists: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.constantFrom([], ['40'], ['40', '40/news,'], ['40', '40/news,']),
    fc.array(packets, { minLength: 1, maxLength: 8, size: 'max' }),
  )
  .map(([connected, list]) => [...connected, ...list]);
