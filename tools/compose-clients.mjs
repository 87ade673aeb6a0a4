/** Stock clients of every transport for compose-check.mjs. Each subscriber collects the `data` of what arrives. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { EventSource } from 'eventsource';
import { io } from 'socket.io-client';
import WebSocket from 'ws';

const STEP_MS = 20;

/** Resolves when `holds` does; rejects with the text of `describe` when it does not within `limitMs`. */
export async function until(holds, describe, limitMs = 20_000) {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`after ${limitMs} ms: ${describe()}`);
    await delay(STEP_MS);
  }
}

export async function getJson(url, init) {
  const response = await fetch(url, { signal: AbortSignal.timeout(70_000), ...init });
  if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Where the log stands: what is published from now on follows it, on every transport. */
export async function cursorOf(urls, channel) {
  return (await getJson(`${urls.polling}/polling?channel=${channel}`)).cursor;
}

const subscriber = (close) => ({ received: [], close });

export const SUBSCRIBERS = {
  async polling(urls, channel, after) {
    const over = new AbortController();
    const connection = subscriber(() => over.abort());
    const poll = async () => {
      for (let cursor = after; !over.signal.aborted;) {
        const url = `${urls.polling}/polling?channel=${channel}&wait=20&after=${cursor}`;
        const answer = await getJson(url, { signal: over.signal });
        connection.received.push(...answer.messages.map(({ data }) => data));
        ({ cursor } = answer);
      }
    };
    poll().catch((error) => over.signal.aborted || connection.received.push(`failed: ${error.message}`));
    return connection;
  },

  async sse(urls, channel, after) {
    const source = new EventSource(`${urls.sse}/sse?channel=${channel}&after=${after}`);
    const connection = subscriber(() => source.close());
    source.onmessage = ({ data }) => connection.received.push(JSON.parse(data).data);
    await until(
      () => source.readyState === EventSource.OPEN,
      () => 'the event stream is not open',
    );
    return connection;
  },

  async websocket(urls, channel, after) {
    const socket = new WebSocket(`${urls.websocket.replace('http', 'ws')}/ws?channel=${channel}&after=${after}`);
    const connection = subscriber(() => socket.terminate());
    socket.on('message', (text) => {
      const frame = JSON.parse(text);
      if (frame.type === 'message') connection.received.push(frame.data);
    });
    await once(socket, 'open', { signal: AbortSignal.timeout(10_000) });
    return connection;
  },

  socketio: (...where) => subscribeSocketIo(['polling', 'websocket'], ...where),
  'socketio-websocket': (...where) => subscribeSocketIo(['websocket'], ...where),
  'socketio-polling': (...where) => subscribeSocketIo(['polling'], ...where),
};

async function subscribeSocketIo(transports, urls, channel, after) {
  const socket = connectSocketIo(urls, { transports, auth: { channels: [channel], after } });
  const connection = subscriber(() => socket.close());
  socket.on('message', (data) => connection.received.push(data));
  await until(
    () => socket.connected,
    () => 'Socket.IO is not connected',
  );
  return connection;
}

const connectSocketIo = (urls, options) => io(urls.socketio, { forceNew: true, ...options });

/** Resolves when a plain WebSocket has got the text it has sent. */
export async function hearEcho(url) {
  const socket = new WebSocket(url);
  const received = [];
  socket.onmessage = ({ data }) => received.push(data);
  socket.onopen = () => socket.send('hello');
  try {
    await until(
      () => received.includes('hello'),
      () => JSON.stringify(received),
    );
  } finally {
    socket.terminate();
  }
}

export const PUBLISHERS = {
  polling: (urls, channel, data) => post(`${urls.polling}/polling`, channel, data),
  sse: (urls, channel, data) => post(`${urls.sse}/sse`, channel, data),

  async websocket(urls, channel, data) {
    const socket = new WebSocket(`${urls.websocket.replace('http', 'ws')}/ws`);
    try {
      await once(socket, 'open', { signal: AbortSignal.timeout(10_000) });
      socket.send(JSON.stringify({ type: 'publish', channel, data, ref: 1 }));
      let ack;
      socket.on('message', (text) => (ack = JSON.parse(text).type === 'ack' || ack));
      await until(
        () => ack,
        () => 'the publish is not acknowledged',
      );
    } finally {
      socket.terminate();
    }
  },

  async socketio(urls, channel, data) {
    const socket = connectSocketIo(urls, {});
    try {
      const ack = await socket.timeout(10_000).emitWithAck('publish', { channel, data });
      if (!ack.ok) throw new Error(JSON.stringify(ack));
    } finally {
      socket.close();
    }
  },
};

const post = (url, channel, data) =>
  getJson(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel, data }),
    signal: AbortSignal.timeout(10_000),
  });
