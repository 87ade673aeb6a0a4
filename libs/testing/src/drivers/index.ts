import { ndjsonDriver } from './ndjson/ndjson-driver';
import { pollingFetch } from './polling/polling-fetch';
import { pollingJQuery } from './polling/polling-jquery';
import { socketioDefault, socketioPolling, socketioSubscribe, socketioWebSocket } from './socketio/socketio-client';
import { sseEventSource } from './sse/sse-eventsource';
import { sseFetch } from './sse/sse-fetch';
import type { StreamDriver } from './stream-driver';
import type { TransportDriver } from './transport-driver';
import { plainWebSocket } from './websocket/plain-websocket';
import { websocketByFrame, websocketByUrl } from './websocket/websocket-ws';

export const pollingDrivers: readonly TransportDriver[] = [pollingFetch, pollingJQuery];
export const sseDrivers: readonly TransportDriver[] = [sseEventSource, sseFetch];
export const websocketDrivers: readonly TransportDriver[] = [websocketByUrl, websocketByFrame];
export const socketioDrivers: readonly TransportDriver[] = [
  socketioDefault,
  socketioWebSocket,
  socketioPolling,
  socketioSubscribe,
];
/** Not in {@link allDrivers}, each of which gets and publishes whole messages on any channel. */
export const plainWebSocketDrivers: readonly TransportDriver[] = [plainWebSocket];
/** Of every transport of the product. */
export const allDrivers: readonly TransportDriver[] = [
  ...pollingDrivers,
  ...sseDrivers,
  ...websocketDrivers,
  ...socketioDrivers,
];

/** Of transports besides those of the product: the suites of access, limits and faults run with them, too. */
export const streamDrivers: readonly StreamDriver[] = [ndjsonDriver];

export * from './chunks';
export * from './http-publish';
export * from './inbox';
export * from './ndjson/ndjson-driver';
export * from './ndjson/ndjson-stream';
export * from './polling/jquery-page';
export * from '../servers/proxies/tcp-proxy';
export * from './polling/polling-client';
export * from './polling/polling-fetch';
export * from './polling/polling-jquery';
export * from './query';
export * from './response-stream';
export * from './socketio/socketio-client';
export * from './socketio/socketio-wire';
export * from './sse/sse-blocks';
export * from './sse/sse-eventsource';
export * from './sse/sse-fetch';
export * from './sse/sse-stream';
export type * from './stream-driver';
export type * from './transport-driver';
export * from './transport-error';
export * from './websocket/websocket-client';
export * from './websocket/websocket-wire';
export * from './websocket/websocket-ws';
