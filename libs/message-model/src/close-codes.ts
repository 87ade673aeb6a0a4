import { type ErrorCode, ERRORS } from './errors';

/** What a client should do after a close, by the range of its code (RFC 6455, section 7.4). */
export type ReconnectAdvice = 'never' | 'back-off' | 'now';

/** Every code that the server closes a WebSocket with; it does not send `restart` yet. 4000–4099: do not reconnect; 4100–4199: back off; 4200–4299: reconnect now. */
export const CLOSE_CODES = {
  going_away: { code: 1001, reason: 'the service stops' },
  policy: { code: 1008, reason: 'too many bad frames' },
  too_big: { code: 1009, reason: 'the frame is too large' },
  restart: { code: 1012, reason: 'the service restarts' },
  overload: { code: 1013, reason: 'the service takes no more connections now' },
  bad_request: { code: 4000, reason: 'the request cannot be served' },
  unauthorized: { code: 4001, reason: 'a valid token is needed' },
  forbidden: { code: 4003, reason: 'not allowed' },
  disconnected: { code: 4004, reason: 'the operator closed the connection' },
  rate_limited: { code: 4100, reason: 'too many requests' },
  unavailable: { code: 4101, reason: 'the message log cannot be reached' },
  token_expired: { code: 4102, reason: 'the token expired: come back with a new one' },
  stalled: { code: 4200, reason: 'the peer took nothing for too long' },
  reset: { code: 4201, reason: 'messages may be missing: load again' },
  reconnect: { code: 4202, reason: 'the operator asks the client to connect again' },
} as const satisfies Record<string, { code: number; reason: string }>;

export type CloseName = keyof typeof CLOSE_CODES;

/** The close for a connection that cannot be served because of this error. */
export function closeNameOf(code: ErrorCode): CloseName {
  switch (code) {
    case 'rate_limited':
    case 'unauthorized':
    case 'forbidden':
      return code;
    case 'overloaded':
      return 'overload';
    case 'message_too_large':
      return 'too_big';
    default:
      return ERRORS[code].status < 500 ? 'bad_request' : 'unavailable';
  }
}

/** The advice in a close code; codes outside the table's ranges come from the network: back off. */
export function adviceOf(code: number): ReconnectAdvice {
  if (code >= 4000 && code <= 4099) return 'never';
  if (code >= 4200 && code <= 4299) return 'now';
  return code === 1008 || code === 1009 ? 'never' : 'back-off';
}
