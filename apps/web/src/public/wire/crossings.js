import { channel } from '../lab/channel.js';
import { originOf } from '../transports/services.js';

/**
 * What crosses the wire, one crossing at a time, as the browser's own interfaces show it:
 * `{ transport, direction, kind, label, bytes, ... }`.
 *
 * - `direction`: `up` (client to server), `down` (server to client), or `none` for an end or a failure that no message announced
 * - `kind`: `request`, `response`, `event`, `frame`, `end`
 * - `opens`, `closes`: the crossing begins or ends a request that the server can still answer
 * - `isPublish`: the crossing is made in order to publish
 * - `isEmpty`: whether an answer of the polling service holds no message
 * - `bytes`: counted here, with headers; `url` is set where the browser may know better (see account.js)
 */
const listeners = new Set();

export function onCrossing(listener) {
  listeners.add(listener);
}

/** Reports what `describe()` returns. A mistake in it is an error of the page, and never of the traffic. */
export function cross(describe) {
  try {
    const crossing = describe();
    for (const listener of listeners) listener(crossing);
  } catch (error) {
    reportError(error);
  }
}

const PATHS = [
  ['polling', /^\/polling\/?$/],
  ['sse', /^\/sse(?:\/ticket)?\/?$/],
  ['websocket', /^\/ws\/?$/],
  ['socketio', /^\/socket\.io\/$/],
];

/**
 * The panel a URL belongs to; undefined for every other file of the page, and for a request about another channel than that of the lab,
 * which a reader has pasted into the console. A publication names its channel in the `body`.
 */
export function transportOf(url, body) {
  const { host, pathname, searchParams } = new URL(url, location.href);
  if ((searchParams.get('channel') ?? channelIn(body) ?? channel) !== channel) return undefined;
  const path = PATHS.find(([, each]) => each.test(pathname))?.[0];
  // The SDK names its client key in each URL, whatever its transport. The other panels have none.
  const name = path && searchParams.has('client') ? 'sdk' : path;
  return name && host === new URL(originOf(name)).host ? name : undefined;
}

/** In JSON or in a form. The packets of Socket.IO are neither. */
function channelIn(body) {
  if (typeof body !== 'string') return null;
  return /^\{.*?"channel":\s*"([^"]*)"/s.exec(body)?.[1] ?? new URLSearchParams(body).get('channel');
}
