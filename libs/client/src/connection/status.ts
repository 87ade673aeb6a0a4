import type { TetracastError } from '../errors';

export type TransportName = 'websocket' | 'sse' | 'polling';

/** And that of `@tetracast/client/socketio`. */
export type AnyTransportName = TransportName | 'socketio';

/**
 * - `idle`: there is no subscription, so there is no connection.
 * - `waiting`: the next attempt is at `retryAt`, in ms since 1970.
 * - `closed`: by the program, or because of `reason`, after which another attempt would be in vain.
 */
export type Status =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting'; readonly transport: AnyTransportName }
  | { readonly state: 'connected'; readonly transport: AnyTransportName }
  | {
      readonly state: 'waiting';
      readonly transport: AnyTransportName;
      readonly retryAt: number;
      readonly cause: TetracastError;
    }
  | { readonly state: 'closed'; readonly reason?: TetracastError | undefined };

export type StatusListener = (status: Status) => void;
