import { type TetracastError, toError } from './errors';
import { poll, readHistory } from './history';
import type { HttpClient } from './http';
import type { Link } from './links/link';
import type { Message, Reset, Start } from './message';

/** One subscription, as the connection sees it. */
export interface Receiver {
  readonly start: Start;
  /** The subscription has begun: from now on every message of the channel is pushed. */
  onJoined(): void;
  push(message: Message): void;
  onReset(reset: Reset): void;
  /** These messages come although the subscription begins after them: it drops them. */
  skip(ids: ReadonlySet<string>): void;
  /** Delivers what is stored after its start, and then what was pushed meanwhile; resolves once the first is done. */
  replay(): Promise<void>;
  fail(error: TetracastError): void;
}

interface Channel {
  readonly receivers: Set<Receiver>;
  /** Where to begin, as long as it has not begun: from then on it is the connection's cursor. */
  start: Start;
  hasBegun: boolean;
  /** The link that was asked for it last. */
  link: Link | undefined;
}

export interface ChannelHost {
  /** Bring the open link up to date with the channels. */
  update(): void;
  /** The link has to be replaced. */
  lost(link: Link, error: TetracastError): void;
  reopen(): void;
  /** Every channel would be refused. */
  fail(error: TetracastError): void;
}

/** The channels of a connection, and how they get into a link. */
export interface Channels {
  /** Everything up to here has arrived, in all channels that have begun. */
  cursor: string | undefined;
  readonly size: number;
  add(name: string, receiver: Receiver): void;
  remove(name: string, receiver: Receiver): void;
  push(message: Message): void;
  onReset(reset: Reset): void;
  /** The channels with which a link that cannot join any is opened: those that go on, or else those that begin together. */
  first(): readonly [names: readonly string[], start: Start];
  /** Notes that these are in the link: they begin with its first word. */
  enter(link: Link, names: readonly string[]): void;
  /** The link has begun to deliver its channels. */
  begin(link: Link): void;
  /** Subscribes to what is missing in a link that can join channels. */
  join(link: Link): void;
  /**
   * Gets the channels that are missing in a link that cannot join any into the next one. That resumes from the cursor of all, which
   * is older than the beginning of these: what is stored until now they skip, and what they want of it they replay.
   */
  prepare(link: Link, signal: AbortSignal): Promise<void>;
  /** A link with several channels was refused: ends those that the server refuses. @returns whether there are any */
  isolate(names: readonly string[]): Promise<boolean>;
  /** Ends every subscription. */
  failAll(error: TetracastError): void;
}

const keyOf = ({ after, rewind }: Start): string => `${after ?? ''} ${rewind ?? ''}`;
const NOW = keyOf({});

export function createChannels(http: HttpClient, host: ChannelHost): Channels {
  const byName = new Map<string, Channel>();
  const receiversOf = (name: string): Iterable<Receiver> => byName.get(name)?.receivers ?? [];
  const names = (isWanted: (channel: Channel) => boolean): string[] =>
    [...byName].flatMap(([name, channel]) => (isWanted(channel) ? [name] : []));

  const begun = (started: readonly string[]): void => {
    for (const name of started) {
      const channel = byName.get(name);
      if (channel) channel.hasBegun = true;
      for (const receiver of receiversOf(name)) receiver.onJoined();
    }
  };
  const refuse = (name: string, error: TetracastError): void => {
    if (error.code === 'unauthorized') {
      host.fail(error);
      return;
    }
    const receivers = receiversOf(name);
    byName.delete(name);
    for (const receiver of receivers) receiver.fail(error);
    host.update();
  };
  const joinGroup = (link: Link, group: readonly string[], start: Start): void => {
    link.join?.(group, start, (error) => {
      if (!error) begun(group);
      else if (error.isTemporary) host.lost(link, error);
      else if (group.length > 1) for (const name of group) joinGroup(link, [name], start);
      else for (const name of group) refuse(name, error);
    });
  };

  const channels: Channels = {
    cursor: undefined,
    get size() {
      return byName.size;
    },
    add: (name, receiver) => {
      const channel = byName.get(name);
      const key = keyOf(receiver.start);
      if (!channel) {
        const receivers = new Set([receiver]);
        byName.set(name, { receivers, start: receiver.start, hasBegun: false, link: undefined });
        host.update();
        return;
      }
      const { receivers, hasBegun, link, start } = channel;
      if (hasBegun || keyOf(start) !== key) {
        if (key !== NOW) {
          void receiver.replay().then(() => {
            if (channel.hasBegun) receiver.onJoined();
          });
        } else if (hasBegun) receiver.onJoined();
        else if (link === undefined) {
          // The channel begins now for all, and the others replay what they want before.
          for (const earlier of receivers) void earlier.replay();
          channel.start = {};
        }
      }
      receivers.add(receiver);
    },
    remove: (name, receiver) => {
      const channel = byName.get(name);
      if (channel?.receivers.delete(receiver) !== true || channel.receivers.size > 0) return;
      byName.delete(name);
      if (byName.size === 0) channels.cursor = undefined;
      if (channel.link?.leave !== undefined) channel.link.leave([name]);
      else if (channel.hasBegun && byName.size > 0) host.reopen();
      host.update();
    },
    push: (message) => {
      for (const receiver of receiversOf(message.channel)) receiver.push(message);
    },
    onReset: (reset) => {
      for (const name of reset.channels) for (const receiver of receiversOf(name)) receiver.onReset(reset);
    },
    first: () => {
      const going = names(({ hasBegun }) => hasBegun);
      if (going.length > 0) return [going, { after: channels.cursor }];
      const [{ start } = { start: {} }] = byName.values();
      return [names((channel) => keyOf(channel.start) === keyOf(start)), start];
    },
    enter: (link, entered) => {
      for (const [name, channel] of byName) if (entered.includes(name)) channel.link = link;
    },
    begin: (link) => begun(names((channel) => channel.link === link && !channel.hasBegun)),
    join: (link) => {
      const groups = new Map<string, { names: string[]; start: Start }>();
      for (const [name, channel] of byName) {
        if (channel.link === link) continue;
        channel.link = link;
        const start = channel.hasBegun ? { after: channels.cursor } : channel.start;
        const group = groups.get(keyOf(start));
        if (!group) groups.set(keyOf(start), { names: [name], start });
        else group.names.push(name);
      }
      for (const group of groups.values()) joinGroup(link, group.names, group.start);
    },
    prepare: async (link, signal) => {
      const added = names((channel) => channel.link !== link && !channel.hasBegun);
      channels.enter(link, added);
      for (const name of added) {
        try {
          const old = new Set<string>();
          for await (const { messages } of readHistory(http, name, { after: channels.cursor })) {
            for (const { id } of messages) old.add(id);
          }
          for (const receiver of receiversOf(name)) {
            receiver.skip(old);
            if (keyOf(receiver.start) !== NOW) await receiver.replay();
          }
          begun([name]);
        } catch (cause) {
          const error = toError(cause);
          if (signal.aborted) return;
          if (error.isTemporary) host.lost(link, error);
          else refuse(name, error);
        }
      }
      if (added.some((name) => byName.has(name)) && !signal.aborted) host.reopen();
    },
    isolate: async (suspects) => {
      for (const name of suspects) {
        await poll(http, [name], {}).catch((cause: unknown) => {
          const error = toError(cause);
          if (!error.isTemporary) refuse(name, error);
        });
      }
      return suspects.some((name) => !byName.has(name));
    },
    failAll: (error) => {
      const all = [...byName.values()];
      byName.clear();
      channels.cursor = undefined;
      for (const { receivers } of all) for (const receiver of receivers) receiver.fail(error);
    },
  };
  return channels;
}
