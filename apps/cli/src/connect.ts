import { type Client, type ClientOptions, createClient, type TransportName } from '@tetracast/client';
import type { Command } from 'commander';
import WebSocket from 'ws';
import type { Io } from './io';

const DEFAULT_URL = 'http://127.0.0.1:8080';

export interface ServerOptions {
  readonly url: string;
  readonly token?: string;
}

/** Adds the options that say which server, and with which token. */
export function withServer(command: Command, { env }: Io): Command {
  return command
    .option('-u, --url <url>', 'the server (TETRACAST_URL)', env['TETRACAST_URL'] ?? DEFAULT_URL)
    .option('-t, --token <token>', 'a token (TETRACAST_TOKEN)', env['TETRACAST_TOKEN']);
}

export function connect({ url, token }: ServerOptions, { signal }: Io, more: ClientOptions = {}): Client {
  return createClient({ url, token, signal, WebSocket, ...more });
}

export const TRANSPORTS: readonly TransportName[] = ['websocket', 'sse', 'polling'];
