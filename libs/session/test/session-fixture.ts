import { Hub } from '@tetracast/hub';
import { QuietSink } from '@tetracast/hub/testing';
import { nodeRuntime } from '@tetracast/node-io/runtime';
import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AccessControl } from '../src/access/access-control';
import { Limits } from '../src/limits/limits';
import { openSession, type SessionRequest } from '../src/open-session';
import type { Session } from '../src/session';
import { Presence } from '../src/presence/presence';
import { ConnectionRegistry } from '../src/processes/connection-registry';
import type { SessionServices } from '../src/session-services';
import { createMemoryBus } from './access/fake-connections';
import { sessionSettings } from './session-settings';

const SECRET = 'a secret of at least thirty-two bytes, for HS256';

export const ADDRESS = '192.0.2.1';

export type TestServices = SessionServices & AsyncDisposable;

/** All that a session is made of, with a key for tokens unless `authSecret` is changed; ready for tokens. */
export async function createServices(changed: Parameters<typeof sessionSettings>[0] = {}): Promise<TestServices> {
  const settings = sessionSettings({ authSecret: SECRET, ...changed });
  const bus = createMemoryBus();
  const hub = new Hub(bus);
  const limits = new Limits(settings, bus, nodeRuntime);
  const presence = new Presence(bus, settings, nodeRuntime);
  const logger = { error: () => undefined, warn: () => undefined };
  const access = await AccessControl.create({ settings, store: bus, hub, logger, runtime: nodeRuntime });
  while (!access.isReady) await new Promise(setImmediate);
  return {
    settings,
    bus,
    hub,
    limits,
    presence,
    connections: new ConnectionRegistry(nodeRuntime),
    access,
    async [Symbol.asyncDispose]() {
      access.close();
      hub.close();
      limits.close();
      await presence.close();
      await bus.close();
    },
  };
}

/** A token with these claims (RFC 7519) that lasts a minute and allows everything with `news`. */
export function mint(claims: Readonly<Record<string, unknown>> = {}): string {
  const exp = Math.floor(Date.now() / 1000) + 60;
  const rights = { subscribe: ['news'], publish: ['news'] };
  const parts = [{ alg: 'HS256' }, { sub: 'ann', exp, tetracast: rights, ...claims }];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

export function requestWith(token?: string): IncomingMessage {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return { headers, url: '/', socket: { remoteAddress: ADDRESS } } as unknown as IncomingMessage;
}

/** Opens a session of `news` for the client key `key`, but for what is changed. */
export function open(services: SessionServices, changed: Partial<SessionRequest> = {}): Promise<Session> {
  return openSession(services, {
    transport: 'test',
    action: 'subscribe',
    sink: new QuietSink(),
    request: requestWith(mint()),
    subscription: { channels: ['news'], start: { kind: 'now' }, client: 'key' },
    ...changed,
  });
}
