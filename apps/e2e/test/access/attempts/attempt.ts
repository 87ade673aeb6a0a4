import { streamDrivers } from '@tetracast/testing';
import { type Carried, PLAIN, type Transport } from './carriers';
import { openEngineOverPolling, openEngineOverWebSocket } from './engine-connection';
import { publishOverHttp, readPoll, readStream } from './http-attempt';
import { attemptOverSocketio } from './socketio-attempt';
import { attemptOverPlainWebSocket, attemptOverWebSocket } from './websocket-attempt';

interface OnConnection {
  readonly channel: string;
  /** By a request on an open connection, or in the namespace of the channel there; absent: with the request that opens it. */
  readonly by?: 'request' | 'namespace';
  /** Awaited once that connection is open, before the attempt. */
  readonly onceOpen?: () => Promise<unknown>;
}

export interface Subscribe extends OnConnection {
  readonly kind: 'subscribe';
  /** The start position: in the query, in a frame or event, or in what Socket.IO sends with CONNECT. */
  readonly start?: Readonly<Record<string, string>>;
  /** The same in the headers of the request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names no channel: the channels are those of the session in `start`. */
  readonly ofSession?: boolean;
  /** Is in the message that the attempt waits for. */
  readonly until: string;
}

export interface Publish extends OnConnection {
  readonly kind: 'publish';
  readonly data: string;
}

/** What a client attempts with a token. */
export type Act = Subscribe | Publish;

export interface Outcome {
  /** `ok`: the client has what it wanted; or the code of the refusal, or how the connection ended. */
  readonly code: string;
  /** All that the service sent, without the heads of responses. */
  readonly bytes: string;
}

/** Attempts it with bare requests and frames, which hide nothing that the service sends. */
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
      const { path } = streamDrivers.find(({ service }) => service === transport)!;
      return act.kind === 'publish' ? publishOverHttp(url + path, carried, act) : readStream(url + path, carried, act);
    }
  }
}
