import { QuietSink } from '@tetracast/hub/testing';
import { openSession, type Session } from '@tetracast/session';
import { SignJWT } from 'jose';
import type { IncomingMessage } from 'node:http';
import { type Api, AUTH_SECRET } from './start-api';

/** Opens a session of `user` on `channel`, as a transport does. */
export async function connect(
  { tetracast }: Pick<Api, 'tetracast'>,
  user: string,
  channel = 'news',
  sink = new QuietSink(),
): Promise<Session> {
  const token = await new SignJWT({ sub: user, tetracast: { subscribe: ['*'] } })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(AUTH_SECRET));
  const headers = { authorization: `Bearer ${token}` };
  const request = { headers, url: '/', socket: { remoteAddress: '192.0.2.1' } };
  return openSession(tetracast, {
    transport: 'quiet',
    action: 'subscribe',
    sink,
    request: request as unknown as IncomingMessage,
    subscription: { channels: [channel], start: { kind: 'now' } },
  });
}
