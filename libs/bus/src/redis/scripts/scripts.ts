import type { Redis, RedisOptions } from 'ioredis';
import admitRelayLua from './relays/admit-relay.lua';
import appendLua from './messages/append.lua';
import askLua from './ask.lua';
import changePresenceLua from './presence/change-presence.lua';
import claimLua from './claim.lua';
import type { StreamEntry } from '../entry-codec';
import partitionLua from './partition.lua';
import deleteChannelLua from './messages/delete-channel.lua';
import deleteLua from './messages/delete.lua';
import deleteMessageLua from './messages/delete-message.lua';
import deleteUserLua from './messages/delete-user.lua';
import positionsLua from './messages/positions.lua';
import proveLua from './prove.lua';
import readLua from './messages/read.lua';
import readMembersLua from './presence/read-members.lua';
import renewLeaseLua from './presence/renew-lease.lua';
import runsLua from './messages/runs.lua';
import renewRelaysLua from './relays/renew-relays.lua';
import removeWebhooksLua from './webhooks/remove-webhooks.lua';
import storeLua from './messages/store.lua';
import summariesLua from './messages/summaries.lua';
import takeExpiredRelaysLua from './relays/take-expired-relays.lua';
import takeWebhooksLua from './webhooks/take-webhooks.lua';
import webhooksLua from './webhooks/webhooks.lua';
import addCountsLua from './add-counts.lua';

type Argument = string | number;

/** Where a message is stored; with its epoch if it was stored before; or why it is not. */
export type StoredPosition = number | [epoch: string, seq: number] | 'ended' | 'unknown';

/** The scripts as methods of a connection; the head of each file describes its arguments and answer. */
export interface Scripts {
  tetracastClaim(...args: Argument[]): Promise<string>;
  /** The first argument is the number of keys. */
  tetracastAppend(numberOfKeys: number, ...args: Argument[]): Promise<[epoch: string, ...stored: StoredPosition[]]>;
  tetracastRead(
    ...args: Argument[]
  ): Promise<[epoch: string, head: number, last: number, entries: StreamEntry[], oldest: number]>;
  tetracastDeleteMessage(...args: Argument[]): Promise<0 | 1>;
  tetracastDeleteUser(...args: Argument[]): Promise<[deleted: number, position: number]>;
  tetracastDeleteChannel(...args: Argument[]): Promise<number>;
  /** The first argument is the number of keys. */
  tetracastSummaries(numberOfKeys: number, ...args: Argument[]): Promise<number[]>;
  /** The first argument is the number of keys. */
  tetracastPositions(
    numberOfKeys: number,
    ...args: Argument[]
  ): Promise<[epoch: string, head: number, last: number[], ends: number[]]>;
  tetracastRenewLease(...args: Argument[]): Promise<[epoch: string, isHeld: 0 | 1, expired: string[]]>;
  /** The first argument is the number of keys. */
  tetracastChangePresence(
    numberOfKeys: number,
    ...args: Argument[]
  ): Promise<[epoch: string, isHeld: 0 | 1, ...refused: number[]]>;
  tetracastTakeWebhooks(...args: Argument[]): Promise<[dropped: number, entries: StreamEntry[]] | null>;
  tetracastRemoveWebhooks(...args: Argument[]): Promise<0>;
  tetracastReadMembers(
    ...args: Argument[]
  ): Promise<[epoch: string, head: number, count: number, next: string, flat: string[]]>;
  /** The first argument is the number of keys. */
  tetracastAdmitRelay(
    numberOfKeys: number,
    ...args: Argument[]
  ): Promise<[kind: 'new' | 'known' | 'atOnce' | 'aDay', value?: string | number]>;
  tetracastRenewRelays(...args: Argument[]): Promise<string[]>;
  tetracastTakeExpiredRelays(...args: Argument[]): Promise<string[]>;
  /** Answers why each does not work, or an empty text. */
  tetracastProve(...args: Argument[]): Promise<[read: string, write: string, announce: string]>;
  /** The first argument is the number of keys. */
  tetracastAddCounts(numberOfKeys: number, ...args: Argument[]): Promise<number[]>;
  /** Answers the processes that receive the question. */
  tetracastAsk(...args: Argument[]): Promise<[id: string, name: string][]>;
}

export type RedisWithScripts = Redis & Scripts;

function joined(...parts: string[]): string {
  return [partitionLua, ...parts].join('\n');
}

/** For ioredis, which sends the text of a script once per connection and then its digest. */
export const SCRIPTS: NonNullable<RedisOptions['scripts']> = {
  tetracastClaim: { lua: joined(claimLua), numberOfKeys: 2 },
  tetracastAppend: { lua: joined(storeLua, webhooksLua, appendLua) },
  tetracastRead: { lua: joined(runsLua, readLua), numberOfKeys: 5 },
  tetracastDeleteMessage: { lua: joined(storeLua, runsLua, deleteLua, deleteMessageLua), numberOfKeys: 5 },
  tetracastDeleteUser: { lua: joined(storeLua, runsLua, deleteLua, deleteUserLua), numberOfKeys: 5 },
  tetracastDeleteChannel: { lua: joined(storeLua, runsLua, deleteLua, deleteChannelLua), numberOfKeys: 5 },
  tetracastSummaries: { lua: joined(summariesLua) },
  tetracastPositions: { lua: joined(positionsLua) },
  tetracastRenewLease: { lua: joined(renewLeaseLua), numberOfKeys: 3 },
  tetracastChangePresence: { lua: joined(storeLua, webhooksLua, changePresenceLua) },
  tetracastTakeWebhooks: { lua: joined(webhooksLua, takeWebhooksLua), numberOfKeys: 2 },
  tetracastRemoveWebhooks: { lua: joined(webhooksLua, removeWebhooksLua), numberOfKeys: 2 },
  tetracastReadMembers: { lua: joined(readMembersLua), numberOfKeys: 3 },
  tetracastAdmitRelay: { lua: joined(admitRelayLua) },
  tetracastRenewRelays: { lua: joined(renewRelaysLua), numberOfKeys: 3 },
  tetracastTakeExpiredRelays: { lua: joined(takeExpiredRelaysLua), numberOfKeys: 3 },
  tetracastAddCounts: { lua: addCountsLua },
  tetracastAsk: { lua: askLua, numberOfKeys: 1 },
  tetracastProve: { lua: proveLua, numberOfKeys: 6 },
};
