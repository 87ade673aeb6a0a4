import { type Client, type ClientOptions, createClient } from '@tetracast/client';
import { startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { NO_LIMITS } from '@tetracast/testing';
import { createHmac } from 'node:crypto';
import WebSocket from 'ws';

export const SECRET = 'a secret of at least thirty-two bytes, for the tests';

/** All transports in this process, without limits: every client comes from one address. */
export function startServer(env: Readonly<Record<string, string>> = {}): Promise<TestService> {
  return startService(plugins, { ...NO_LIMITS, POLL_RATE: '0/0/0', ...env });
}

/** A client in Node.js, which has no WebSocket before version 22. */
export function connectTo(url: string, options: ClientOptions = {}): Client {
  return createClient({ url, WebSocket, ...options });
}

/** A token with these permissions. */
export function mint(tetracast: Readonly<Record<string, unknown>>): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const content = `${encode({ alg: 'HS256' })}.${encode({ sub: 'ann', exp, tetracast })}`;
  return `${content}.${createHmac('sha256', SECRET).update(content).digest('base64url')}`;
}
