import { openWebSocketWire } from '@tetracast/testing';
import { createTempDir, NO_LIMITS, removeDir } from '@tetracast/testing';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { bearer } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint } from './tokens';

let dir: string;
let service: Standalone;
let made = 0;

beforeAll(async () => {
  dir = await createTempDir('namespaces');
  const file = join(dir, 'namespaces.json');
  const namespaces = {
    room: { presence: true },
    shut: { publish: 'backend', presence: true },
    free: { end: 'public' },
  };
  await writeFile(file, JSON.stringify({ namespaces }));
  service = await startStandalone({ ...NO_LIMITS, ...ACCESS_ENV, NAMESPACES_FILE: file });
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await removeDir(dir);
});

/** A channel of its namespace in which a message is stored. */
async function freshChannel(namespace = 'room'): Promise<string> {
  const channel = `${namespace}:${++made}`;
  await service.store(channel, 'first');
  return channel;
}

type Act = (channel: string, token: string | undefined) => Promise<string>;

async function overHttp(path: string, token: string | undefined, body?: unknown): Promise<string> {
  const response = await fetch(service.url + path, {
    method: body === undefined && !path.includes('/cancel') ? 'GET' : 'POST',
    headers: {
      ...(token !== undefined && bearer(token)),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  if (response.ok) {
    await response.body?.cancel();
    return 'ok';
  }
  return ((await response.json()) as { code: string }).code;
}

async function overWebSocket(frame: object, token: string | undefined): Promise<string> {
  await using wire = await openWebSocketWire(`${service.url}/ws?${token === undefined ? '' : `token=${token}`}`);
  wire.send(frame);
  for (;;) {
    const answer = await wire.next();
    if (answer.type === 'error') return answer.code;
    if (answer.type === 'ack' || (answer.type === 'subscribed' && answer.channels.length > 0)) return 'ok';
  }
}

async function overSocketio(event: string, argument: object, token: string | undefined): Promise<string> {
  const socket = io(service.url, { forceNew: true, auth: token === undefined ? {} : { token } });
  try {
    return await new Promise((resolve) => {
      socket.on('connect_error', (error: Error & { data?: { code: string } }) => resolve(error.data?.code ?? 'none'));
      socket.emit(event, argument, (answer: { ok: boolean; error?: { code: string } }) =>
        resolve(answer.ok ? 'ok' : (answer.error?.code ?? 'none')),
      );
    });
  } finally {
    socket.disconnect();
  }
}

const END: Readonly<Record<string, Act>> = {
  polling: (channel, token) => overHttp('/polling', token, { channel, end: true }),
  sse: (channel, token) => overHttp('/sse', token, { channel, end: true }),
  websocket: (channel, token) => overWebSocket({ type: 'publish', channel, end: true }, token),
  socketio: (channel, token) => overSocketio('tetracast:end', { channel }, token),
};

const CANCEL: Readonly<Record<string, Act>> = {
  'a request': (channel, token) => overHttp(`/channels/${channel}/cancel`, token),
  websocket: (channel, token) => overWebSocket({ type: 'cancel', channel }, token),
  socketio: (channel, token) => overSocketio('tetracast:cancel', { channel }, token),
};

const SEE: Readonly<Record<string, Act>> = {
  'a request': (channel, token) => overHttp(`/presence?channel=${channel}`, token),
  polling: (channel, token) => overHttp(`/polling?channel=${channel}&presence=true`, token),
  sse: (channel, token) => overHttp(`/sse?channel=${channel}&presence=observe`, token),
  websocket: (channel, token) => overWebSocket({ type: 'subscribe', channels: [channel], presence: true }, token),
};

const ALL = { subscribe: ['*'], publish: ['*'], presence: ['*'], end: ['*'], cancel: ['*'], admin: true };
const without = (...names: (keyof typeof ALL)[]): object =>
  Object.fromEntries(Object.entries(ALL).filter(([name]) => !names.includes(name as keyof typeof ALL)));

const CASES: readonly [
  what: string,
  claims: object | undefined,
  outcomes: readonly [end: string, cancel: string, see: string],
][] = [
  ['no token', undefined, ['unauthorized', 'unauthorized', 'unauthorized']],
  ['a token for everything', ALL, ['ok', 'ok', 'ok']],
  ['a token without "end"', without('end'), ['forbidden', 'ok', 'ok']],
  ['a token without "cancel"', without('cancel'), ['ok', 'ok', 'ok']],
  ['a token without "cancel" and "publish"', without('cancel', 'publish'), ['ok', 'forbidden', 'ok']],
  ['a token without "publish"', without('publish'), ['ok', 'ok', 'ok']],
  ['a token without "presence"', without('presence'), ['ok', 'ok', 'forbidden']],
  [
    'a token for another namespace',
    { ...ALL, end: ['x:*'], cancel: ['x:*'], publish: ['x:*'], presence: ['x:*'] },
    ['forbidden', 'forbidden', 'forbidden'],
  ],
];

describe.each(CASES)('with %s', (_, claims, [end, cancel, see]) => {
  const token = async (): Promise<string | undefined> =>
    claims === undefined ? undefined : mint({ tetracast: claims });

  it.each(Object.entries(END))(`ending by %s is ${end}`, async (__, act) => {
    expect(await act(await freshChannel(), await token())).toBe(end);
  });

  it.each(Object.entries(CANCEL))(`cancelling by %s is ${cancel}`, async (__, act) => {
    expect(await act(await freshChannel(), await token())).toBe(cancel);
  });

  it.each(Object.entries(SEE))(`seeing members by %s is ${see}`, async (__, act) => {
    expect(await act(await freshChannel(), await token())).toBe(see);
  });
});

it('a namespace that is closed to publishers has no end and no cancel, whatever a token says', async () => {
  const token = await mint({ tetracast: ALL });
  for (const act of [...Object.values(END), ...Object.values(CANCEL)])
    expect(await act(await freshChannel('shut'), token)).toBe('forbidden');
});

it('a namespace may let everybody end its channels', async () => {
  const token = await mint({ tetracast: { subscribe: ['*'] } });
  for (const act of Object.values(END)) expect(await act(await freshChannel('free'), token)).toBe('ok');
});

it('a ticket carries the permission to see members, and no more', async () => {
  const channel = await freshChannel();
  for (const [claims, outcome] of [
    [ALL, 'ok'],
    [without('presence'), 'forbidden'],
  ] as const) {
    const issued = await fetch(`${service.url}/sse/ticket?channel=${channel}`, {
      method: 'POST',
      headers: bearer(await mint({ tetracast: claims })),
    });
    const { ticket } = (await issued.json()) as { ticket: string };
    expect(await overHttp(`/sse?channel=${channel}&presence=true&ticket=${ticket}`, undefined)).toBe(outcome);
  }
});
