/** The part of compose-check.mjs about the server API: its calls from outside, with curl and the key of the settings. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { EventSource } from 'eventsource';

import { until } from './compose-clients.mjs';

const API = 'http://localhost:3605/api';
const CHANNEL = 'orders:1';

const run = promisify(execFile);

/** Status and JSON of a call that curl makes. */
async function call(method, path, { key, body } = {}) {
  const args = ['-sS', '-X', method, '-w', '\n%{http_code}', `${API}${path}`];
  if (key !== undefined) args.push('-H', `Authorization: Bearer ${key}`);
  if (body !== undefined) args.push('-H', 'Content-Type: application/json', '-d', JSON.stringify(body));
  const lines = (await run('curl', args)).stdout.split('\n');
  const status = Number(lines.pop());
  return { status, json: JSON.parse(lines.join('\n')) };
}

/** Before there is a key: the API refuses all calls, and says what to do. */
export async function checkClosedApi(check, expect, gateway) {
  await check('api: without a key it refuses every call', async () => {
    const { status, json } = await call('POST', '/publish', { body: { channel: CHANNEL, data: 1 } });
    expect(status === 401 && json.detail.includes('npm run setup'), json);
  });
  await check('relay: the gateway leads to it, and without a key it refuses every request', async () => {
    const response = await fetch(`${gateway}/relay/chat`, { method: 'POST', body: '{}' });
    const { code, detail } = await response.json();
    expect(code === 'unauthorized' && detail.includes('AUTH_SECRET'), detail);
  });
}

export async function checkApi(check, expect, { compose, gateway, key, token }) {
  await check('api: with the key it publishes, one message and a batch, and a client receives all', async () => {
    const received = [];
    const source = new EventSource(`${gateway}/sse?channel=${CHANNEL}&token=${token}`);
    try {
      source.onmessage = ({ data }) => received.push(JSON.parse(data).data);
      await until(
        () => source.readyState === EventSource.OPEN,
        () => 'the event stream is not open',
      );
      const one = await call('POST', '/publish', { key, body: { channel: CHANNEL, data: 0 } });
      const messages = Array.from({ length: 1000 }, (_, n) => ({ channel: CHANNEL, data: n + 1 }));
      const batch = await call('POST', '/batch', { key, body: { messages } });
      expect(one.status === 201 && batch.status === 200, [one.status, batch.status]);
      await until(
        () => received.length === 1001 && received.every((data, n) => data === n),
        () => `received ${received.length}`,
      );
    } finally {
      source.close();
    }
  });
  await check('api: it lists the connections of a user and closes them', async () => {
    const source = new EventSource(`${gateway}/sse?channel=${CHANNEL}&token=${token}`);
    const list = async () => (await call('GET', `/connections?channel=${CHANNEL}`, { key })).json;
    const others = async (id) => (await list()).connections.filter((each) => each.id !== id);
    let found = [];
    try {
      // An EventSource comes back when it is closed.
      await until(
        async () => source.readyState === EventSource.OPEN && (found = await others()).length === 1,
        () => `connections: ${JSON.stringify(found)}`,
      );
      const [{ id, transport, user }] = found;
      expect(transport === 'sse' && (await list()).missing.length === 0, found);
      expect((await call('DELETE', `/connections/${id}`, { key })).json.closed === 1, 'it is not closed');
      await until(
        async () => (found = await others(id)).length === 1,
        () => `connections: ${JSON.stringify(found)}`,
      );
      const { json } = await call('POST', `/users/${encodeURIComponent(user)}/disconnect`, { key });
      expect(json.closed > 0 && json.missing.length === 0, json);
    } finally {
      source.close();
    }
  });
  await check('api: it reads the history both ways, lists channels and deletes', async () => {
    const path = `/channels/${CHANNEL}/messages`;
    const newest = await call('GET', `${path}?order=desc&limit=2`, { key });
    expect(newest.json.messages.map(({ data }) => data).join() === '1000,999', newest.json);
    const { json } = await call('GET', '/channels?prefix=orders', { key });
    expect(json.channels[0]?.channel === CHANNEL, json);
    const deleted = await call('DELETE', `${path}/${newest.json.messages[0].id}`, { key });
    expect(deleted.json.deleted === 1, deleted.json);
    const all = await call('DELETE', `/channels/${CHANNEL}`, { key });
    expect(all.status === 200 && all.json.deleted > 0, all.json);
    expect((await call('GET', path, { key })).json.messages.length === 0, 'messages are left');
  });
  await check('api: wrong keys are refused, the gateway does not serve it, and no log has the key', async () => {
    const { status } = await call('GET', '/channels', { key: `${key}x` });
    expect(status === 401, status);
    expect((await fetch(`${gateway}/api/channels`)).status === 404, 'the gateway serves it');
    for (const service of ['api', 'ports', 'gateway']) {
      expect(!(await compose('logs', service)).includes(key), `the key is in the log of ${service}`);
    }
  });
}
