import { RELAY_CHANNEL_HEADER, RELAY_TICKET_HEADER } from '@tetracast/message-model';
import { mintToken } from '@tetracast/server';
import { BackOff } from '../back-off';
import type { AnswerScript } from './script';

export const AUTH_SECRET = 'a secret of the tests, of more than 32 bytes';

/** The names of the relays: of any page, of clients of OpenAI, and of chats with the AI SDK. */
export const RELAY = 'torture';
export const OPENAI_RELAY = 'openai';
export const CHAT_RELAY = 'chat';

/** The client key of the device that stops answers. */
export const STOPPED_BY = 'phone';

/** An answer that runs, as the page that asked for it knows it. */
export interface Asked {
  readonly channel: string;
  readonly ticket: string;
}

/** A problem that stands for the upstream, not for a gateway without a service. */
interface Problem {
  readonly code?: string;
}

export const relayToken = (): string =>
  mintToken({ secret: AUTH_SECRET }, { sub: 'ann', relay: [RELAY, OPENAI_RELAY, CHAT_RELAY] });

/** The body of a request: what the fake model is to answer. */
export const bodyOf = ({ answer }: AnswerScript): { readonly fake: object } => ({ fake: answer });

export const askedOf = (headers: Headers): Asked => ({
  channel: headers.get(RELAY_CHANNEL_HEADER) ?? '',
  ticket: headers.get(RELAY_TICKET_HEADER) ?? '',
});

/**
 * Asks for an answer, with the same key until the service takes it; the page does not read the response. Resolves with the code of a
 * failure of the upstream.
 */
export async function ask(
  url: string,
  script: AnswerScript,
  key: string,
  signal: AbortSignal,
): Promise<Asked | string> {
  const backOff = new BackOff(signal);
  for (;;) {
    signal.throwIfAborted();
    const found = await attempt(url, script, key);
    if (found !== undefined) return found;
    await backOff.wait();
  }
}

/** `undefined` when the connection broke or the service cannot answer now. */
async function attempt(url: string, script: AnswerScript, key: string): Promise<Asked | string | undefined> {
  const gone = new AbortController();
  try {
    const response = await fetch(`${url}/relay/${RELAY}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        authorization: `Bearer ${relayToken()}`,
      },
      body: JSON.stringify(bodyOf(script)),
      signal: gone.signal,
    });
    if (response.status === 200) return askedOf(response.headers);
    const text = await response.text();
    if (response.status < 500) throw new Refusal(`the relay refused: ${response.status} ${text}`);
    return codeOf(text);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return undefined;
  } finally {
    gone.abort();
  }
}

/** What no client can wait for. */
class Refusal extends Error {}

function codeOf(text: string): string | undefined {
  try {
    const { code } = JSON.parse(text) as Problem;
    return code?.startsWith('upstream_') === true ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Stops an answer from another device, which knows the channel; resolves when the service has stored that, or refuses it. */
export async function stop(url: string, { channel, ticket }: Asked, signal: AbortSignal): Promise<void> {
  const backOff = new BackOff(signal);
  for (;;) {
    signal.throwIfAborted();
    const response = await fetch(`${url}/channels/${channel}/cancel?client=${STOPPED_BY}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ticket}` },
    }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (response !== undefined && text !== undefined && response.status < 500 && response.status !== 429) return;
    await backOff.wait();
  }
}
