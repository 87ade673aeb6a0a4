import type { ServiceOptions } from '@tetracast/service-kit';
import { startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { NO_LIMITS } from '@tetracast/testing';
import { type Client, type ClientOptions, createClient, type TransportName } from '../src/index';
import { socketio } from '../src/socketio';
import { io } from 'socket.io-client';
import WebSocket from 'ws';

type TestedTransport = TransportName | 'socketio';

export const TRANSPORTS: readonly TestedTransport[] = ['websocket', 'sse', 'polling', 'socketio'];

/** All transports in this process, without limits: every client comes from one address. */
export function startServer(
  env: Readonly<Record<string, string>> = {},
  options: ServiceOptions = {},
): Promise<TestService> {
  return startService(plugins, { ...NO_LIMITS, POLL_RATE: '0/0/0', ...env }, options);
}

interface TestedClientOptions extends Omit<ClientOptions, 'transports'> {
  readonly transports?: readonly TestedTransport[];
}

/** A client of this package in Node.js, which has no WebSocket before version 22. */
export function connectTo(url: string, { transports, ...options }: TestedClientOptions = {}): Client {
  return createClient({
    url,
    WebSocket,
    transports: transports?.map((name) => (name === 'socketio' ? socketio(io) : name)),
    ...options,
  });
}
