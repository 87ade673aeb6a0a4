import { type Client, createClient } from './client';
import type { TetracastError } from './errors';
import type { PresenceMode } from './links/link';
import type { Message } from './message';
import { SNAPSHOT_EVENT, type Snapshot } from './subscriptions/subscription';

/** One that is there: a user with a client key, or without a token a connection. */
export interface Member<Info = unknown> {
  /** Names the member: its joins and leaves have the same. */
  readonly id: string;
  /** The client key. Without a `user` it proves nothing. */
  readonly client?: string;
  /** The subject of the token. */
  readonly user?: string;
  /** When it joined, in milliseconds since 1970. */
  readonly since: number;
  /** The claim `tetracast.info` of its newest token. */
  readonly info?: Info;
}

/** All members of a channel at one moment. */
export type Members<Info = unknown> = readonly Member<Info>[];

export interface PresenceOptions {
  /** Gets the members without being one. Default `false`. */
  readonly observe?: boolean | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Gets what ends presence with `onMembers`; an iteration throws it. Gets also what does not end it, with `isTemporary`. */
  readonly onError?: ((error: TetracastError) => void) | undefined;
}

/** A page of `GET /presence`. */
interface Page {
  readonly members: Members;
  readonly page?: string;
}

type Callback<Info> = (members: Members<Info>) => void;

/** The members of a channel after each change, to be iterated once. */
export interface MembersIterator<Info = unknown> extends AsyncIterableIterator<Members<Info>>, AsyncDisposable {
  readonly close: () => void;
}

/** For each client those that take part in presence: all channels of a connection take part in the same way. */
const siblings = new WeakMap<Client, Map<PresenceMode, Client>>();

function siblingOf(client: Client, mode: PresenceMode): Client {
  if (client.options.presence === mode) return client;
  const known = siblings.get(client) ?? new Map<PresenceMode, Client>();
  siblings.set(client, known);
  const sibling = known.get(mode) ?? createClient({ ...client.options, presence: mode, onStatus: undefined });
  const closeTogether = (): void => {
    if (client.status.state === 'closed' && !client.status.reason) sibling.close();
  };
  if (!known.has(mode)) client.onStatus(closeTogether);
  known.set(mode, sibling);
  closeTogether();
  return sibling;
}

/**
 * Takes part in the presence of a channel, and calls `onMembers` with its members, at first and after each change. Returns the way to
 * end that.
 */
export function presence<Info = unknown>(
  client: Client,
  channel: string,
  options: PresenceOptions & { readonly onMembers: Callback<Info> },
): () => void;
/** The same, to be iterated. */
export function presence<Info = unknown>(
  client: Client,
  channel: string,
  options?: PresenceOptions,
): MembersIterator<Info>;
export function presence<Info>(
  client: Client,
  channel: string,
  { observe = false, onMembers, ...options }: PresenceOptions & { readonly onMembers?: Callback<Info> } = {},
): MembersIterator<Info> | (() => void) {
  const { request } = client;
  const sibling = siblingOf(client, observe ? 'observe' : true);
  const members = new Map<string, Member<Info>>();

  /** The subscription has begun: the joins and leaves since then, again or not, make the members of now out of these. */
  const snapshot = async (): Promise<Snapshot> => {
    const data: Member[] = [];
    let page: string | undefined;
    do {
      const response = await request('/presence', { channel, page, limit: 1000 });
      const answer = (await response.json()) as Page;
      data.push(...answer.members);
      ({ page } = answer);
    } while (page);
    return { data };
  };
  /** Returns the members if they have changed. */
  const change = ({ event, data }: Message): Members<Info> | undefined => {
    const member = data as Member<Info>;
    if (event === SNAPSHOT_EVENT) {
      members.clear();
      for (const each of data as Members<Info>) members.set(each.id, each);
    } else if (event === 'tetracast:join') members.set(member.id, member);
    else if (event !== 'tetracast:leave' || !members.delete(member.id)) return undefined;
    return [...members.values()];
  };

  if (onMembers) {
    const onMessage = (message: Message): void => {
      const changed = change(message);
      if (changed) onMembers(changed);
    };
    return sibling.subscribe(channel, { ...options, snapshot, onMessage });
  }
  const messages = sibling.subscribe(channel, { ...options, snapshot });
  async function* read(): AsyncGenerator<Members<Info>, void> {
    for await (const message of messages) {
      const changed = change(message);
      if (changed) yield changed;
    }
  }
  const { close } = messages;
  const stop = async (): Promise<IteratorReturnResult<undefined>> => {
    close();
    return { done: true, value: undefined };
  };
  return Object.assign(read(), { close, return: stop, [Symbol.asyncDispose]: async () => close() });
}
