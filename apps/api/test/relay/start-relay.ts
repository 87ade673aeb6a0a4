import type { Message } from '@tetracast/message-model';
import type { ServiceOptions } from '@tetracast/service-kit';
import { startService, type TestService } from '@tetracast/service-kit/testing';
import { type FakeAnswer, type FakeModel, NO_LIMITS, startFakeModel } from '@tetracast/testing';
import { SignJWT } from 'jose';
import { api } from '../../src/service';
import { AUTH_SECRET } from '../start-api';

export interface Relay extends AsyncDisposable {
  readonly service: TestService;
  readonly model: FakeModel;
  /** Asks the relay `chat`. `fake`: what the model answers. */
  ask(fake: FakeAnswer, options?: AskOptions): Promise<Response>;
  post(path: string, init?: RequestInit): Promise<Response>;
}

export interface AskOptions {
  /** After `/relay/chat`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A service with the relay `chat`, whose upstream is a fake model. Without keys, unless `env` has one. */
export async function startRelay(
  env: Readonly<Record<string, string>> = {},
  options: ServiceOptions = {},
): Promise<Relay> {
  const model = await startFakeModel();
  const relays = { RELAY_CHAT: `${model.url}/v1`, RELAY_CHAT_SUFFIXES: 'chat/completions,sse,ndjson' };
  const service = await startService([api.plugin], { ...NO_LIMITS, ...relays, ...env }, options);
  const post = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(service.url + path, { method: 'POST', ...init });
  return {
    service,
    model,
    post,
    ask: (fake, { path = '', headers = {}, signal } = {}) =>
      post(`/relay/chat${path}`, {
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ fake }),
        ...(signal !== undefined && { signal }),
      }),
    [Symbol.asyncDispose]: async () => {
      await service.close();
      await model.stop();
    },
  };
}

/** The messages in the body of an event stream. */
export async function messagesIn(response: Response): Promise<Message[]> {
  return messagesOf(await response.text());
}

export function messagesOf(body: string): Message[] {
  return body.split('\n\n').flatMap((block) => {
    const data = block.split('\n').find((line) => line.startsWith('data: '));
    return data === undefined ? [] : [JSON.parse(data.slice('data: '.length)) as Message];
  });
}

/** The text of an answer, and its last message. */
export function joined(messages: readonly Message[]): { text: string; end: unknown } {
  const pieces = messages.filter(({ event }) => event === 'message').map(({ data }) => data as string);
  return { text: pieces.join(''), end: messages.at(-1)?.data };
}

export async function tokenFor(claims: object, subject?: string): Promise<string> {
  const token = new SignJWT({ tetracast: claims }).setProtectedHeader({ alg: 'HS256' }).setIssuedAt();
  if (subject !== undefined) token.setSubject(subject);
  return token.setExpirationTime('1h').sign(new TextEncoder().encode(AUTH_SECRET));
}

export { AUTH_SECRET };
