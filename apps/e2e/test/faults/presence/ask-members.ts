import type { Members, Message } from '@tetracast/message-model';
import { type MemberEvent, memberEventOf, positionOf } from './member-events';

/** Where the members of a channel are asked for, and with which token. */
export interface Asked {
  readonly channel: string;
  readonly token: string;
}

export interface Snapshot {
  readonly epoch: string;
  readonly seq: number;
  /** Sorted. */
  readonly users: readonly string[];
  readonly pages: number;
}

/** A process that is paused answers nothing. */
const ANSWER_TIMEOUT_MS = 5000;

/** All pages of the members; `undefined` while the process cannot answer. */
export async function askMembers(url: string, { channel, token }: Asked, limit = 1000): Promise<Snapshot | undefined> {
  const users = new Set<string>();
  let first: string | undefined;
  let page: string | undefined;
  let pages = 0;
  do {
    const query = new URLSearchParams({
      channel,
      token,
      limit: String(limit),
      ...(page === undefined ? {} : { page }),
    });
    const answer = await get<Members>(`${url}/presence?${query.toString()}`);
    if (answer === undefined) return undefined;
    for (const { user = '' } of answer.members) users.add(user);
    first ??= answer.cursor;
    if (answer.cursor !== first) throw new Error(`page ${pages} has another cursor: ${first} ${answer.cursor}`);
    ({ page } = answer);
    pages++;
  } while (page !== undefined);
  return { ...positionOf(first), users: [...users].sort(), pages };
}

/** Every join and leave that the message log has of a channel; `undefined` while the process cannot answer. */
export async function readMemberEvents(url: string, { channel, token }: Asked): Promise<MemberEvent[] | undefined> {
  const events: MemberEvent[] = [];
  let after = 'earliest';
  for (;;) {
    const query = new URLSearchParams({ channel, token, after, limit: '1000', presence: 'observe' });
    const answer = await get<{ messages: Message[]; cursor: string }>(`${url}/polling?${query.toString()}`);
    if (answer === undefined) return undefined;
    if (answer.messages.length === 0) return events;
    events.push(...answer.messages.map(memberEventOf));
    after = answer.cursor;
  }
}

async function get<T>(url: string): Promise<T | undefined> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    text = await response.text();
  } catch {
    return undefined;
  }
  if (response.ok) return JSON.parse(text) as T;
  if (response.status >= 500) return undefined;
  throw new Error(`${response.status} ${text}`);
}
