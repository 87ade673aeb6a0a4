/** The part of compose-check.mjs about webhooks: the end of a channel reaches a receiver in another container. */
import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';

import { SignJWT } from 'jose';

import { getJson, until } from './compose-clients.mjs';

const CHANNEL = 'jobs:1';
const PORT = 9000;
const SECRET = randomBytes(32).toString('base64');

/** The receiver runs beside the lab page, in its container, where the API finds it without a way out. */
const HOST = 'web';

export const WEBHOOK_SETTINGS = {
  WEBHOOK_URL: `http://${HOST}:${PORT}/hook`,
  WEBHOOK_SECRET: `whsec_${SECRET}`,
  WEBHOOK_EVENTS: 'channel.ended',
};

/** Prints each request as a line of JSON, after a line that says where it listens. */
const RECEIVER = `
const server = require('node:http').createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.writeHead(204).end();
  console.log(JSON.stringify({ url: request.url, headers: request.headers, body }));
});
server.listen(${PORT}, () => console.log(JSON.stringify({ url: 'listening' })));
`;

export async function checkWebhooks(check, expect, { compose, gateway, authSecret }) {
  const token = await new SignJWT({ tetracast: { end: [CHANNEL] } })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(authSecret));
  await check('webhooks: the end of a channel over one service is sent by another, signed', async () => {
    const received = [];
    const receiver = spawn('docker', ['compose', 'exec', '-T', HOST, 'node', '-e', RECEIVER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      createInterface(receiver.stdout).on('line', (line) => received.push(JSON.parse(line)));
      const shown = () => JSON.stringify(received);
      await until(() => received.length === 1, shown);
      await getJson(`${gateway}/polling`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ channel: CHANNEL, data: { done: true }, end: true }),
      });
      await until(() => received.length === 2, shown);
      const [, { url, headers, body }] = received;
      const { type, data } = JSON.parse(body);
      expect(url === '/hook' && type === 'channel.ended' && data.channel === CHANNEL && data.data.done, body);
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      const signature = createHmac('sha256', Buffer.from(SECRET, 'base64')).update(signed).digest('base64');
      expect(headers['webhook-signature'] === `v1,${signature}`, headers);
    } finally {
      receiver.kill();
    }
    for (const service of ['api', 'polling']) {
      expect(!(await compose('logs', service)).includes(SECRET), `the secret is in the log of ${service}`);
    }
  });
}
