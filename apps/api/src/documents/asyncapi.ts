import { type TSchema, Type } from '@sinclair/typebox';
import {
  CANCEL_EVENT,
  CLIENT_FRAMES,
  END_EVENT,
  ERROR_EVENT,
  MessageSchema,
  NOTICES,
  OWN_EVENT_PREFIX,
  PublicationSchema,
  RESET_EVENT,
  ResetSchema,
  SERVER_FRAMES,
} from '@tetracast/message-model';
import { type Messages, named } from './named-message';
import { ownMessages, wholeMessage } from './own-messages';

const Info = Type.Omit(MessageSchema, ['data']);
const Members = (frame: TSchema): TSchema => Type.Omit(frame, ['type', 'ref']);

/** The arguments of a Socket.IO event, which come as a list. */
const args = (...items: TSchema[]): object => ({
  type: 'array',
  items,
  minItems: items.length,
  maxItems: items.length,
});

const byType = (frames: Readonly<Record<string, TSchema>>, from: string): Messages =>
  Object.fromEntries(
    Object.entries(frames).map(([type, frame]) => [type, named(type, frame, `A frame of the ${from}.`)]),
  );

const eventOf = (type: string): string => `${OWN_EVENT_PREFIX}${type}`;

const NOTICE_SUMMARY = 'A notice about the token or the channels.';

const NOTICE_PAYLOADS = Object.fromEntries(
  Object.entries(NOTICES).map(([type, notice]): [string, TSchema] => [type, Members(notice)]),
);

const SSE_OUT: Messages = {
  message: named('message', MessageSchema, 'A message; its event is the event of the block, and its cursor the id.'),
  ...ownMessages((data, info) => wholeMessage(data, info)),
  reset: named(RESET_EVENT, ResetSchema, 'Messages may be missing.'),
  ...Object.fromEntries(
    Object.entries(NOTICE_PAYLOADS).map(([type, notice]) => [type, named(eventOf(type), notice, NOTICE_SUMMARY)]),
  ),
};

const WEBSOCKET_OUT: Messages = {
  ...byType(SERVER_FRAMES, 'server'),
  ...ownMessages((data, info) => wholeMessage(data, info, Type.Object({ type: Type.Literal('message') }))),
};

const SOCKETIO_OUT: Messages = {
  message: named('<event>', args(Type.Unknown(), Info), 'A message: its data, then the rest of it.'),
  ...ownMessages((data, info) => args(data, info)),
  reset: named(RESET_EVENT, args(ResetSchema), 'Messages may be missing.'),
  error: named(
    ERROR_EVENT,
    args(Type.Composite([Type.Object({ event: Type.String() }), Members(SERVER_FRAMES.error)])),
    'A refused emit that had no acknowledgement.',
  ),
  ...Object.fromEntries(
    Object.entries(NOTICE_PAYLOADS).map(([type, notice]) => [type, named(eventOf(type), args(notice), NOTICE_SUMMARY)]),
  ),
};

const SOCKETIO_IN: Messages = {
  publish: named('publish', args(PublicationSchema), 'Publishes; the acknowledgement has the id.'),
  subscribe: named('subscribe', args(Members(CLIENT_FRAMES.subscribe)), 'Subscribes to more channels.'),
  unsubscribe: named('unsubscribe', args(Members(CLIENT_FRAMES.unsubscribe)), 'Ends subscriptions.'),
  end: named(
    END_EVENT,
    args(Type.Omit(PublicationSchema, ['event', 'end'])),
    'Publishes the last message of a channel.',
  ),
  cancel: named(CANCEL_EVENT, args(Members(CLIENT_FRAMES.cancel)), 'Asks the publishers of a channel to stop.'),
  auth: named(eventOf('auth'), args(Members(CLIENT_FRAMES.auth)), 'Sends a new token.'),
};

interface Transport {
  readonly address: string;
  readonly protocol: string;
  readonly description: string;
  /** What the server sends, and what a client sends. */
  readonly out: Messages;
  readonly in: Messages;
}

const TRANSPORTS: Readonly<Record<string, Transport>> = {
  sse: {
    address: '/sse',
    protocol: 'https',
    description: 'Server-Sent Events: GET opens a stream, POST publishes.',
    out: SSE_OUT,
    in: { publication: named('publication', PublicationSchema, 'The body of a POST.') },
  },
  websocket: {
    address: '/ws',
    protocol: 'wss',
    description: 'WebSocket: one JSON frame in each text message.',
    out: WEBSOCKET_OUT,
    in: byType(CLIENT_FRAMES, 'client'),
  },
  socketio: {
    address: '/socket.io/',
    protocol: 'wss',
    description: 'Socket.IO: the main namespace, with the name of a message as the name of its event.',
    out: SOCKETIO_OUT,
    in: SOCKETIO_IN,
  },
};

/** AsyncAPI 3 for the transports that push, from the schemas that check and write their messages. */
export function createAsyncApi(version: string): object {
  const transports = Object.entries(TRANSPORTS);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tetracast',
      version,
      description: 'What clients and the server send each other.',
    },
    defaultContentType: 'application/json',
    servers: Object.fromEntries(
      transports.map(([name, { protocol }]) => [name, { host: 'tetracast.example', protocol }]),
    ),
    channels: Object.fromEntries(transports.map(([name, transport]) => [name, channelOf(name, transport)])),
    operations: Object.fromEntries(transports.flatMap(([name, transport]) => operationsOf(name, transport))),
  };
}

function channelOf(name: string, { address, description, out, in: incoming }: Transport): object {
  const messages = [...keyed('server', out), ...keyed('client', incoming)];
  return { address, description, servers: [{ $ref: `#/servers/${name}` }], messages: Object.fromEntries(messages) };
}

function operationsOf(name: string, { out, in: incoming }: Transport): [string, object][] {
  const operation = (action: string, from: string, messages: Messages): object => ({
    action,
    channel: { $ref: `#/channels/${name}` },
    messages: keyed(from, messages).map(([key]) => ({ $ref: `#/channels/${name}/messages/${key}` })),
  });
  return [
    [`${name}Send`, operation('send', 'server', out)],
    [`${name}Receive`, operation('receive', 'client', incoming)],
  ];
}

const keyed = (from: string, messages: Messages): [string, object][] =>
  Object.entries(messages).map(([key, message]) => [`${from}_${key}`, message]);
