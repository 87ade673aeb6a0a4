import type { Carried, Transport } from './carriers';
import { publishOverHttp, readPoll, readStream } from './http-attempt';
import { attemptOverSocketio, openEngineOverPolling, openEngineOverWebSocket } from './socketio-attempt';
import { attemptOverWebSocket } from './websocket-attempt';

/** What is tried with a token. */
export type Act =
  | { readonly kind: 'subscribe'; readonly channel: string; readonly after: string; readonly until: string }
  | { readonly kind: 'publish'; readonly channel: string; readonly data: string };

export interface Outcome {
  /** `ok`: it has what it came for; or the code of the refusal. */
  readonly code: string;
  /** All that the service sent, heads of answers left out. */
  readonly bytes: string;
}

/** Tries it with bare requests and frames, which hide nothing that came. */
export async function attempt(url: string, transport: Transport, carried: Carried, act: Act): Promise<Outcome> {
  switch (transport) {
    case 'polling':
      return act.kind === 'publish' ? publishOverHttp(`${url}/polling`, carried, act) : readPoll(url, carried, act);
    case 'sse':
      return act.kind === 'publish' ? publishOverHttp(`${url}/sse`, carried, act) : readStream(url, carried, act);
    case 'websocket':
      return attemptOverWebSocket(url, carried, act);
    case 'socketio over WebSocket':
      return attemptOverSocketio(await openEngineOverWebSocket(url, carried), carried, act);
    case 'socketio over polling':
      return attemptOverSocketio(await openEngineOverPolling(url, carried), carried, act);
  }
}
