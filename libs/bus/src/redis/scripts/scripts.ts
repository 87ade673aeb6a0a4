import type { Redis, RedisOptions } from 'ioredis';
import appendLua from './append.lua';
import askLua from './ask.lua';
import claimLua from './claim.lua';
import type { StreamEntry } from '../entry-codec';
import partitionLua from './partition.lua';
import positionsLua from './positions.lua';
import proveLua from './prove.lua';
import readLua from './read.lua';
import addCountsLua from './add-counts.lua';

type Argument = string | number;

/** The scripts as methods of a connection; the head of each file describes its arguments and answer. */
export interface Scripts {
  tetracastClaim(...args: Argument[]): Promise<string>;
  tetracastAppend(...args: Argument[]): Promise<[epoch: string, seq: number, duplicate: 0 | 1]>;
  tetracastRead(...args: Argument[]): Promise<[epoch: string, head: number, last: number, entries: StreamEntry[]]>;
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

/** For ioredis, which sends the text of a script once per connection and then its digest. */
export const SCRIPTS: NonNullable<RedisOptions['scripts']> = {
  tetracastClaim: { lua: `${partitionLua}\n${claimLua}`, numberOfKeys: 2 },
  tetracastAppend: { lua: `${partitionLua}\n${appendLua}`, numberOfKeys: 4 },
  tetracastRead: { lua: `${partitionLua}\n${readLua}`, numberOfKeys: 3 },
  tetracastPositions: { lua: `${partitionLua}\n${positionsLua}` },
  tetracastAddCounts: { lua: addCountsLua },
  tetracastAsk: { lua: askLua, numberOfKeys: 1 },
  tetracastProve: { lua: proveLua, numberOfKeys: 6 },
};
