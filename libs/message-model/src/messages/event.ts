const EVENT_PATTERN = /^[\p{L}\p{N}_.:-]{1,64}$/u;

/** The event of a message that names none; an `EventSource` hands it to `onmessage`. */
export const DEFAULT_EVENT = 'message';

/** Prefix of the gateway's own events, such as `tetracast:reset`. */
export const OWN_EVENT_PREFIX = 'tetracast:';

/** The last message of a channel that has ended. */
export const END_EVENT = 'tetracast:end';

/** Asks the publishers of a channel to stop. */
export const CANCEL_EVENT = 'tetracast:cancel';

/** In-band, typed notice that a resume was not seamless; its data is a {@link Reset}. */
export const RESET_EVENT = 'tetracast:reset';

/** Reports to a Socket.IO client that the server refused an event emitted without an acknowledgement. */
export const ERROR_EVENT = 'tetracast:error';

/** Events that the stock clients raise themselves: a message of that name would look like one of these. */
export const RESERVED_EVENTS: ReadonlySet<string> = new Set([
  'open',
  'error',
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

export function isEvent(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    EVENT_PATTERN.test(value) &&
    !value.startsWith(OWN_EVENT_PREFIX) &&
    !RESERVED_EVENTS.has(value)
  );
}
