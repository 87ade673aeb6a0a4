import type { Redis, RedisOptions } from 'ioredis';
import appendLua from './append.lua';
import askLua from './ask.lua';
import claimLua from './claim.lua';
import type { StreamEntry } from '../entry-codec';
import partitionLua from './partition.lua';
import deleteChannelLua from './delete-channel.lua';
import deleteLua from './delete.lua';
import deleteMessageLua from './delete-message.lua';
import deleteUserLua from './delete-user.lua';
import positionsLua from './positions.lua';
import proveLua from './prove.lua';
import readLua from './read.lua';
import runsLua from './runs.lua';
import storeLua from './store.lua';
import summariesLua from './summaries.lua';
import addCountsLua from './add-counts.lua';

type Argument = string | number;

/** The scripts as methods of a connection; the head of each file describes its arguments and answer. */
export interface Scripts {
  tetracastClaim(...args: Argument[]): Promise<string>;
  /** The first argument is the number of keys. */
  tetracastAppend(numberOfKeys: number, ...args: Argument[]): Promise<[epoch: string, seq: number, duplicate: 0 | 1][]>;
  tetracastRead(
    ...args: Argument[]
  ): Promise<[epoch: string, head: number, last: number, entries: StreamEntry[], oldest: number]>;
  tetracastDeleteMessage(...args: Argument[]): Promise<0 | 1>;
  tetracastDeleteUser(...args: Argument[]): Promise<[deleted: number, position: number]>;
  tetracastDeleteChannel(...args: Argument[]): Promise<number>;
  /** The first argument is the number of keys. */
  tetracastSummaries(numberOfKeys: number, ...args: Argument[]): Promise<number[]>;
  /** The first argument is the number of keys. */
  tetracastPositions(numberOfKeys: number, ...args: Argument[]): Promise<[epoch: string, head: number, last: number[]]>;
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
  tetracastAppend: { lua: joined(storeLua, appendLua) },
  tetracastRead: { lua: joined(runsLua, readLua), numberOfKeys: 4 },
  tetracastDeleteMessage: { lua: joined(storeLua, runsLua, deleteLua, deleteMessageLua), numberOfKeys: 4 },
  tetracastDeleteUser: { lua: joined(storeLua, runsLua, deleteLua, deleteUserLua), numberOfKeys: 4 },
  tetracastDeleteChannel: { lua: joined(storeLua, runsLua, deleteLua, deleteChannelLua), numberOfKeys: 4 },
  tetracastSummaries: { lua: joined(summariesLua) },
  tetracastPositions: { lua: joined(positionsLua) },
  tetracastAddCounts: { lua: addCountsLua },
  tetracastAsk: { lua: askLua, numberOfKeys: 1 },
  tetracastProve: { lua: proveLua, numberOfKeys: 6 },
};
