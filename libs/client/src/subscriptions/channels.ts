import { type TetracastError, toError } from '../errors';
import { poll, readHistory } from './history';
import type { HttpClient } from '../http';
import type { Link } from '../links/link';
import type { Message, Reset, Start } from '../message';

/** One subscription, as the connection sees it. */
export interface Receiver {
  readonly start: Start;
  /**
   * The subscription has begun: from now on every message of the channel is pushed.
   * @param isLate the link does not deliver what is stored after the `start`: the receiver loads that itself
   */
  onJoined(isLate: boolean): Promise<void>;
  push(message: Message): void;
  onReset(reset: Reset): void;
  /** These messages come although the subscription begins after them: the receiver drops them, except for the end of the channel. */
  skip(messages: readonly Message[]): void;
  /** The subscription has ended; without an error the program wants that. */
  fail(error?: TetracastError): void;
}

interface Channel {
  readonly receivers: Set<Receiver>;
  /** Where the link begins, as long as it has not begun: from then on that is the connection's cursor. */
  start: Start;
  hasBegun: boolean;
}

/** Channels that begin at the same place. */
export type Group = [names: string[], start: Start];

export interface ChannelHost {
  /** Bring the open link up to date with the channels. */
  readonly update: () => void;
  /** No subscription is left of this channel, which the link has, or was asked for. */
  leave(name: string): void;
  /** The link has failed. */
  lost(link: Link, error: TetracastError): void;
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
  readonly push: (message: Message) => void;
  onReset(reset: Reset): void;
  /** The channels that are not in the link, by where they begin. Those that go on come first. */
  missing(): Group[];
  /** The channels that the open link has, or was asked for. */
  readonly inLink: Set<string>;
  /** The link has begun to deliver its channels. */
  begin(): void;
  /** Subscribes to what is missing in a link that can join channels. */
  join(link: Link): void;
  /**
   * Gets those that have not begun into the next link, if that cannot join any, while none is open. It resumes from the cursor of
   * all, which is older than the beginning of these: they skip what is stored until now. Ends those that the server refuses.
   *
   * @param refusal of a link with all channels
   * @throws TetracastError that is temporary, or the `refusal` if the server refuses none of them alone
   */
  prepare(isCurrent: () => boolean, refusal?: TetracastError): Promise<void>;
  /** Ends every subscription. */
  failAll(error?: TetracastError): void;
}

const keyOf = (start: Start): string => JSON.stringify(start);

export function createChannels(http: HttpClient, host: ChannelHost): Channels {
  const byName = new Map<string, Channel>();
  const inLink = new Set<string>();
  const receiversOf = (name: string): Iterable<Receiver> => byName.get(name)?.receivers ?? [];

  const begun = (started: Iterable<string>): void => {
    for (const name of started) {
      const channel = byName.get(name);
      if (!channel || channel.hasBegun) continue;
      channel.hasBegun = true;
      for (const receiver of channel.receivers) void receiver.onJoined(keyOf(receiver.start) !== keyOf(channel.start));
    }
  };
  const end = (name: string, error?: TetracastError): void => {
    const receivers = receiversOf(name);
    byName.delete(name);
    inLink.delete(name);
    for (const receiver of receivers) receiver.fail(error);
  };
  const refuse = (name: string, error: TetracastError): void => {
    if (error.code === 'unauthorized') host.fail(error);
    else {
      end(name, error);
      host.update();
    }
  };
  const joinGroup = (link: Link, group: readonly string[], start: Start): void => {
    link.join?.(group, start, (error) => {
      if (!error) begun(group);
      else if (error.isTemporary) host.lost(link, error);
      else {
        for (const name of group) {
          if (group.length > 1) joinGroup(link, [name], start);
          else refuse(name, error);
        }
      }
    });
  };

  const channels: Channels = {
    cursor: undefined,
    get size() {
      return byName.size;
    },
    add: (name, receiver) => {
      const channel = byName.get(name);
      if (!channel) {
        if (byName.size === 0) channels.cursor = undefined;
        byName.set(name, { receivers: new Set([receiver]), start: receiver.start, hasBegun: false });
        host.update();
        return;
      }
      channel.receivers.add(receiver);
      if (channel.hasBegun) void receiver.onJoined(true);
      // What begins together and not at the same message: the channel begins now, and each loads what it wants before.
      else if (!inLink.has(name) && keyOf(channel.start) !== keyOf(receiver.start)) channel.start = {};
    },
    remove: (name, receiver) => {
      const channel = byName.get(name);
      if (channel?.receivers.delete(receiver) !== true || channel.receivers.size > 0) return;
      byName.delete(name);
      if (inLink.delete(name)) host.leave(name);
      host.update();
    },
    push: (message) => {
      for (const receiver of receiversOf(message.channel)) receiver.push(message);
    },
    onReset: (reset) => {
      for (const name of reset.channels) for (const receiver of receiversOf(name)) receiver.onReset(reset);
    },
    inLink,
    begin: () => begun(inLink),
    missing: () => {
      const goingOn = { after: channels.cursor };
      const groups: Record<string, Group> = { [keyOf(goingOn)]: [[], goingOn] };
      for (const [name, { hasBegun, start: first }] of byName) {
        const start = hasBegun ? goingOn : first;
        if (!inLink.has(name)) (groups[keyOf(start)] ??= [[], start])[0].push(name);
      }
      return Object.values(groups).filter(([names]) => names.length > 0);
    },
    join: (link) => {
      for (const [names, start] of channels.missing()) {
        for (const name of names) inLink.add(name);
        joinGroup(link, names, start);
      }
    },
    prepare: async (isCurrent, refusal) => {
      const { size } = byName;
      for (const [name, channel] of [...byName]) {
        if (channel.hasBegun && !refusal) continue;
        try {
          // Only the end of a channel comes before now.
          const { messages: ends, cursor } = await poll(http, [name], {});
          const old: Message[] = [];
          channels.cursor ??= cursor;
          if (!channel.hasBegun) {
            for await (const { messages } of readHistory(http, name, { after: channels.cursor })) old.push(...messages);
          }
          if (!isCurrent()) return;
          for (const receiver of channel.receivers) receiver.skip(old);
          channel.start = {};
          begun([name]);
          ends.forEach(channels.push);
        } catch (cause) {
          const error = toError(cause);
          if (error.isTemporary) throw error;
          refuse(name, error);
        }
      }
      if (refusal && byName.size === size) throw refusal;
    },
    failAll: (error) => {
      for (const name of [...byName.keys()]) end(name, error);
    },
  };
  return channels;
}
