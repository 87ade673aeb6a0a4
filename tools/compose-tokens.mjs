/** The part of compose-check.mjs about tokens and other settings: the same system, started again with some. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';

import { EventSource } from 'eventsource';
import { io } from 'socket.io-client';
import WebSocket from 'ws';

import { getJson, until } from './compose-clients.mjs';
import { checkApi } from './compose-api.mjs';
import { checkLab } from './compose-lab.mjs';
import { checkWebhooks, WEBHOOK_SETTINGS } from './compose-webhooks.mjs';

const CHANNEL = 'chat:room';
const PAGE = 'https://page.example';
const MAX_MESSAGE_BYTES = 1000;

/** `compose` runs a command of Docker's compose with this process's environment, which names the file of settings. */
export async function checkTokens(check, expect, compose, gateway) {
  const AUTH_SECRET = randomBytes(32).toString('hex');
  const API_KEY = randomBytes(32).toString('base64url');
  const settings = {
    ...{ AUTH_SECRET, API_KEYS: `check=${API_KEY}/*/*`, MAX_MESSAGE_BYTES, ALLOWED_ORIGINS: PAGE },
    ...WEBHOOK_SETTINGS,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(process.env.COMPOSE_ENV_FILES, lines.join(''));
  const env = { ...process.env, AUTH_SECRET };
  const mint = (...options) =>
    execFileSync('npm', ['run', '--silent', 'token', '--', ...options], { encoding: 'utf8', env }).trim();
  const polling = `${gateway}/polling?channel=${CHANNEL}`;
  const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });

  await check('tokens: with AUTH_SECRET among its settings all of it starts again', async () => {
    await compose('up', '-d', '--wait', '--no-build');
    await until(
      async () => (await fetch(polling)).status === 401,
      () => 'polling still needs no token',
    );
  });

  await check('tokens: without one nothing is subscribed or published', async () => {
    for (const [path, init] of [
      [`/polling?channel=${CHANNEL}`],
      [`/sse?channel=${CHANNEL}`],
      ['/polling', { method: 'POST', body: new URLSearchParams({ channel: CHANNEL, data: 'no' }) }],
      ['/sse', { method: 'POST', body: new URLSearchParams({ channel: CHANNEL, data: 'no' }) }],
    ]) {
      const { status } = await fetch(gateway + path, init);
      expect(status === 401, `${path}: ${status}`);
    }
    const [code] = await once(new WebSocket(`${gateway.replace('http', 'ws')}/ws?channel=${CHANNEL}&token=x`), 'close');
    expect(code === 4001, `closed with ${code}`);
  });

  await check('tokens: one of `npm run token` subscribes on every transport, another publishes', async () => {
    const token = mint('--sub', 'ann', '--subscribe', 'chat:*');
    const after = (await getJson(polling, bearer(token))).cursor;
    const { ticket } = await getJson(`${gateway}/sse/ticket?channel=${CHANNEL}`, { method: 'POST', ...bearer(token) });
    const received = { sse: [], websocket: [], socketio: [] };
    const source = new EventSource(`${gateway}/sse?channel=${CHANNEL}&after=${after}&ticket=${ticket}`);
    source.onmessage = ({ data }) => received.sse.push(JSON.parse(data));
    const url = `${gateway.replace('http', 'ws')}/ws?channel=${CHANNEL}&after=${after}`;
    const socket = new WebSocket(url, ['tetracast.v1', `tetracast.token.${token}`]);
    socket.on('message', (text) => {
      const frame = JSON.parse(text);
      if (frame.type === 'message') received.websocket.push(frame);
    });
    const client = io(gateway, { auth: { token, channels: [CHANNEL], after }, forceNew: true });
    client.on('message', (data, info) => received.socketio.push({ ...info, data }));
    try {
      const refused = await fetch(`${gateway}/polling`, {
        method: 'POST',
        body: new URLSearchParams({ channel: CHANNEL, data: 'not mine to say' }),
        ...bearer(token),
      });
      expect(refused.status === 403, `published with ${refused.status}`);
      await getJson(`${gateway}/sse`, {
        method: 'POST',
        body: new URLSearchParams({ channel: CHANNEL, data: 'hello' }),
        ...bearer(mint('--sub', 'ben', '--publish', CHANNEL)),
      });
      const seen = () =>
        JSON.stringify(Object.values(received).map((all) => all.map(({ data, user }) => [data, user])));
      const wanted = JSON.stringify(Array(3).fill([['hello', 'ben']]));
      await until(() => seen() === wanted, seen);
      const { messages } = await getJson(`${polling}&after=${after}`, bearer(token));
      expect(messages.length === 1 && messages[0].data === 'hello', messages);
    } finally {
      source.close();
      socket.close();
      client.close();
    }
    for (const service of ['gateway', 'sse', 'websocket', 'socketio', 'polling']) {
      const logs = await compose('logs', service);
      expect(!logs.includes(token) && !logs.includes(ticket), `a token is in the log of ${service}`);
    }
  });
  await check('settings: a limit and an origin named in the file are those of every service', async () => {
    const headers = bearer(mint('--subscribe', CHANNEL, '--publish', CHANNEL)).headers;
    for (const path of ['/polling', '/sse']) {
      const publish = async (length) => {
        const body = JSON.stringify({ channel: CHANNEL, data: 'x'.repeat(length - 2) });
        const type = { 'content-type': 'application/json' };
        return (await fetch(gateway + path, { method: 'POST', headers: { ...headers, ...type }, body })).status;
      };
      const statuses = [await publish(MAX_MESSAGE_BYTES), await publish(MAX_MESSAGE_BYTES + 1)];
      expect(statuses.join() === '201,413', `${path}: ${statuses}`);
    }
    const from = async (origin) => (await fetch(polling, { headers: { ...headers, origin } })).status;
    const statuses = [await from(PAGE), await from('http://localhost:3606')];
    expect(statuses.join() === '200,403', `origins: ${statuses}`);
  });
  await checkApi(check, expect, { compose, gateway, key: API_KEY, token: mint('--sub', 'ann', '--subscribe', '*') });
  await checkWebhooks(check, expect, { compose, gateway, authSecret: AUTH_SECRET });
  await checkLab(check, expect, gateway, mint);
}
