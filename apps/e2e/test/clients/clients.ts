import { resolve } from 'node:path';

/** A third-party client, as a program that goes through the story of the test. */
export interface Client {
  readonly name: string;
  /** The program and its first arguments; the server's URL, the channel, what to publish and `options` follow. */
  readonly command: readonly string[];
  readonly options?: readonly string[];
  /** Whether it can publish too. */
  readonly publishes: boolean;
  /** Debian's packages that it needs. */
  readonly debian?: readonly string[];
}

const script = (file: string): string => resolve(__dirname, 'programs', file);

/** An npm package, run by Node. */
function node(name: string, file: string, publishes: boolean, ...options: readonly string[]): Client {
  return { name, command: [process.execPath, '--no-warnings', script(file)], publishes, options };
}

/** Debian's Python, the only one that sees Debian's packages. `-B`: no compiled files are left beside the programs. */
function python(name: string, file: string, ...debian: readonly string[]): Client {
  return { name, command: ['/usr/bin/python3', '-B', script(file)], publishes: true, debian: ['python3', ...debian] };
}

export const CLIENTS: readonly Client[] = [
  ...['3.0', '4.0', '4.5'].map((version) =>
    node(`socket.io-client ${version}`, 'socketio.mjs', true, `socket.io-client-${version}`, 'goes on by auth'),
  ),
  node('socket.io-client 4.6', 'socketio.mjs', true, 'socket.io-client-4.6', 'recovers'),
  node('socket.io-client', 'socketio.mjs', true, 'socket.io-client', 'recovers'),
  node('socket.io-client, polling', 'socketio.mjs', true, 'socket.io-client', 'recovers', 'polling'),
  node('socket.io-client, WebSocket', 'socketio.mjs', true, 'socket.io-client', 'recovers', 'websocket'),

  node('jQuery 1.12', 'jquery.mjs', true, 'jquery-1.12'),
  node('jQuery 2', 'jquery.mjs', true, 'jquery-2'),
  node('jQuery 3', 'jquery.mjs', true, 'jquery-3'),
  node('jQuery', 'jquery.mjs', true, 'jquery/factory'),

  node('eventsource 1', 'event-source.mjs', false, 'eventsource-1'),
  node('eventsource 2', 'event-source.mjs', false, 'eventsource-2'),
  node('eventsource', 'event-source.mjs', false, 'eventsource'),
  node('event-source-polyfill', 'event-source.mjs', false, 'event-source-polyfill'),
  node('undici', 'event-source.mjs', false, 'undici'),
  node('@microsoft/fetch-event-source', 'fetch-event-source.mjs', false),
  node('eventsource-client', 'eventsource-client.mjs', false),
  node('sse.js', 'sse-js.mjs', false),
  node('reconnecting-websocket', 'reconnecting-websocket.mjs', true),

  python('python-socketio', 'python-socketio.py', 'python3-socketio', 'python3-aiohttp'),
  python('Python websockets', 'python-websockets.py', 'python3-websockets'),
  python('Python requests, SSE', 'python-requests-sse.py', 'python3-requests'),
  python('Python requests, polling', 'python-requests-polling.py', 'python3-requests'),
  python('Python aiohttp, WebSocket', 'python-aiohttp-websocket.py', 'python3-aiohttp'),
  python('Python aiohttp, SSE', 'python-aiohttp-sse.py', 'python3-aiohttp'),

  {
    name: 'Ruby faye-websocket',
    command: ['/usr/bin/ruby', script('faye-websocket.rb')],
    publishes: true,
    debian: ['ruby', 'ruby-faye-websocket'],
  },
  {
    name: 'Perl Mojolicious',
    command: ['/usr/bin/perl', script('mojolicious.pl')],
    publishes: true,
    debian: ['perl', 'libmojolicious-perl'],
  },
];
