import type { HttpClient } from '../http';
import type { PresenceMode } from '../links/link';
import type { PollAnswer, Start } from '../message';

/** @param wait how long the server waits for a message, in seconds */
export async function poll(
  http: HttpClient,
  channels: readonly string[],
  start: Start & { readonly presence?: PresenceMode | undefined },
  wait = 0,
  signal?: AbortSignal,
): Promise<PollAnswer> {
  const parameters = { channel: channels.join(), ...start, wait, limit: 1000 };
  const response = await http.request('/polling', parameters, undefined, signal);
  return (await response.json()) as PollAnswer;
}

/** Everything that is stored after `start`, in pages; the last one is empty. */
export async function* readHistory(http: HttpClient, channel: string, start: Start): AsyncGenerator<PollAnswer> {
  for (let from = start; ;) {
    const answer = await poll(http, [channel], from);
    yield answer;
    if (answer.messages.length === 0) return;
    from = { after: answer.cursor };
  }
}
