import { streamDrivers } from '@tetracast/testing';
import { PAGE } from '../tokens';

/** `polling`, `sse`, `websocket`, `plain websocket`, one of {@link SOCKETIO}, or the service of an example's driver. */
export type Transport = string;

/** How the beginning of a connection carries the token. */
export interface Carried {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly protocols?: readonly string[];
  /** In a frame `auth` on the open WebSocket. */
  readonly frame?: string;
  /** In what Socket.IO sends with CONNECT. */
  readonly auth?: Readonly<Record<string, string>>;
  /** The client exchanges it for a ticket first. */
  readonly forTicket?: string;
}

export interface Carrier {
  readonly name: string;
  readonly transports: readonly Transport[];
  readonly carry: (token: string) => Carried;
}

/** It only publishes where it is subscribed, to one channel. */
export const PLAIN: Transport = 'plain websocket';
export const SOCKETIO: readonly Transport[] = ['socketio over WebSocket', 'socketio over polling'];
/** Those that publish by `POST`. */
export const OVER_HTTP: readonly Transport[] = ['polling', 'sse', ...streamDrivers.map(({ service }) => service)];
export const TRANSPORTS: readonly Transport[] = [...OVER_HTTP, 'websocket', PLAIN, ...SOCKETIO];

export const cookieWith = (token: string): string => `theme=dark; tetracast_token=${token}`;

/** Every way to send a token. */
export const CARRIERS: readonly Carrier[] = [
  {
    name: 'the Authorization header',
    transports: TRANSPORTS,
    carry: (token) => ({ headers: { authorization: `Bearer ${token}` } }),
  },
  { name: 'the query', transports: TRANSPORTS, carry: (token) => ({ query: `token=${token}` }) },
  {
    name: 'a cookie from an allowed origin',
    transports: TRANSPORTS,
    carry: (token) => ({ headers: { cookie: cookieWith(token), origin: PAGE } }),
  },
  {
    name: 'a cookie from the same origin',
    transports: TRANSPORTS,
    carry: (token) => ({ headers: { cookie: cookieWith(token), 'sec-fetch-site': 'same-origin' } }),
  },
  { name: 'a frame', transports: ['websocket'], carry: (token) => ({ frame: token }) },
  {
    name: 'a subprotocol',
    transports: ['websocket', PLAIN],
    carry: (token) => ({ protocols: ['tetracast.v1', `tetracast.token.${token}`] }),
  },
  { name: 'auth', transports: SOCKETIO, carry: (token) => ({ auth: { token } }) },
  { name: 'a ticket', transports: ['sse'], carry: (token) => ({ forTicket: token }) },
];
