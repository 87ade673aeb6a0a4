import { type Client, type ClientOptions, createClient, type TransportName } from '@tetracast/client';
import { Tetracast } from '@tetracast/server';
import type { Command } from 'commander';
import WebSocket from 'ws';
import type { Io } from './io';

const DEFAULT_URL = 'http://127.0.0.1:8080';

export interface ServerOptions {
  readonly url?: string;
  readonly token?: string;
}

export interface ApiOptions {
  readonly url?: string;
  readonly key?: string;
}

/** Adds the options that say which server, and with which token. */
export function withServer(command: Command): Command {
  return command
    .option('-u, --url <url>', `the server (default: $TETRACAST_URL, else ${DEFAULT_URL})`)
    .option('-t, --token <token>', 'a token (default: $TETRACAST_TOKEN)');
}

/** Adds the options that say where the server API is, and with which key. */
export function withApi(command: Command): Command {
  return command
    .option('-u, --url <url>', `the server API (default: $TETRACAST_API_URL, else $TETRACAST_URL, else ${DEFAULT_URL})`)
    .option('-k, --key <key>', 'an API key, or a token with scopes (default: $TETRACAST_API_KEY)');
}

export function tokenOf({ token }: Pick<ServerOptions, 'token'>, { env }: Io): string | undefined {
  return token ?? (env['TETRACAST_TOKEN'] || undefined);
}

export function urlOf({ url }: ServerOptions, { env }: Io): string {
  return requireUrl(url ?? (env['TETRACAST_URL'] || DEFAULT_URL));
}

export function connect(options: ServerOptions, io: Io, more: ClientOptions = {}): Client {
  return createClient({
    url: urlOf(options, io),
    token: tokenOf(options, io),
    signal: io.signal,
    WebSocket,
    ...more,
  });
}

export function connectApi({ url, key }: ApiOptions, { env, signal }: Io): Tetracast {
  const given = key ?? (env['TETRACAST_API_KEY'] || undefined);
  return new Tetracast({
    url: requireUrl(url ?? (env['TETRACAST_API_URL'] || env['TETRACAST_URL'] || DEFAULT_URL)),
    signal,
    ...(given === undefined ? {} : { key: given }),
  });
}

/** Without this a client would try it again and again. */
function requireUrl(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  throw new Error(`${JSON.stringify(text)} is no URL of a server: write http://… or https://…`);
}

export const TRANSPORTS: readonly TransportName[] = ['websocket', 'sse', 'polling'];
