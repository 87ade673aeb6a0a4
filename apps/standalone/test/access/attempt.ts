import { exampleDrivers } from '@tetracast/testing';
import { type Carried, PLAIN, type Transport } from './carriers';
import { openEngineOverPolling, openEngineOverWebSocket } from './engine';
import { publishOverHttp, readPoll, readStream } from './http-attempt';
import { attemptOverSocketio } from './socketio-attempt';
import { attemptOverPlainWebSocket, attemptOverWebSocket } from './websocket-attempt';

interface OnALine {
  readonly channel: string;
  /** On a line that was opened for nothing else, or in the namespace of the channel there; absent: as the line is opened. */
  readonly by?: 'request' | 'namespace';
  /** Awaited once such a line is open, before it is tried. */
  readonly onceOpen?: () => Promise<unknown>;
}

export interface Subscribe extends OnALine {
  readonly kind: 'subscribe';
  /** From where: in the query, in a frame or event, or in what Socket.IO sends with CONNECT. */
  readonly start?: Readonly<Record<string, string>>;
  /** The same in the head of a request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names no channel: those of the session in `start` are meant. */
  readonly ofSession?: boolean;
  /** What is in the message that it comes for. */
  readonly until: string;
}

export interface Publish extends OnALine {
  readonly kind: 'publish';
  readonly data: string;
}

/** What is tried with a token. */
export type Act = Subscribe | Publish;

export interface Outcome {
  /** `ok`: it has what it came for; or the code of the refusal, or how the line ended. */
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
      return act.kind === 'publish'
        ? publishOverHttp(`${url}/sse`, carried, act)
        : readStream(`${url}/sse`, carried, act);
    case 'websocket':
      return attemptOverWebSocket(url, carried, act);
    case PLAIN:
      return attemptOverPlainWebSocket(url, carried, act);
    case 'socketio over WebSocket':
      return attemptOverSocketio(await openEngineOverWebSocket(url, carried), carried, act);
    case 'socketio over polling':
      return attemptOverSocketio(await openEngineOverPolling(url, carried), carried, act);
    default: {
      const { path } = exampleDrivers.find(({ service }) => service === transport)!;
      return act.kind === 'publish' ? publishOverHttp(url + path, carried, act) : readStream(url + path, carried, act);
    }
  }
}
