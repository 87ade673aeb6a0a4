import { pollingFetch } from './polling-fetch';
import { pollingJQuery } from './polling-jquery';
import { socketioDefault, socketioPolling, socketioSubscribe, socketioWebSocket } from './socketio-client';
import { sseEventSource } from './sse-eventsource';
import { sseFetch } from './sse-fetch';
import type { TransportDriver } from './transport-driver';
import { websocketByFrame, websocketByUrl } from './websocket-ws';

export const pollingDrivers: readonly TransportDriver[] = [pollingFetch, pollingJQuery];
export const sseDrivers: readonly TransportDriver[] = [sseEventSource, sseFetch];
export const websocketDrivers: readonly TransportDriver[] = [websocketByUrl, websocketByFrame];
export const socketioDrivers: readonly TransportDriver[] = [
  socketioDefault,
  socketioWebSocket,
  socketioPolling,
  socketioSubscribe,
];
export const allDrivers: readonly TransportDriver[] = [
  ...pollingDrivers,
  ...sseDrivers,
  ...websocketDrivers,
  ...socketioDrivers,
];

export * from './chunks';
export * from './http-publish';
export * from './inbox';
export * from './jquery-page';
export * from './line';
export * from './polling-client';
export * from './polling-fetch';
export * from './polling-jquery';
export * from './query';
export * from './socketio-client';
export * from './socketio-wire';
export * from './sse-blocks';
export * from './sse-eventsource';
export * from './sse-fetch';
export * from './sse-stream';
export type * from './transport-driver';
export * from './transport-error';
export * from './websocket-client';
export * from './websocket-wire';
export * from './websocket-ws';
