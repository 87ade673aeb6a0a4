import type { RetentionPolicy } from '../retention-policy';
import type { InspectedPrimary } from './connection/inspected-primary';
import type { RedisWithScripts } from './scripts/scripts';
import type { RedisKeys } from './keys';
import type { SelfCheck } from './self-check';

/** What {@link RedisPartition} works with. */
export interface PartitionParts {
  readonly primary: InspectedPrimary;
  readonly selfCheck: SelfCheck;
  readonly keys: RedisKeys;
  readonly createEpoch: () => string;
  readonly retentionOf: RetentionPolicy;
  readonly channelsRemembered: number;
}

type Script<T> = (redis: RedisWithScripts) => Promise<T>;

/** The message log's partition in Redis: runs scripts on it, and knows the furthest position seen. */
export class RedisPartition {
  readonly keys: RedisKeys;
  readonly retentionOf: RetentionPolicy;
  readonly channelsRemembered: number;
  /** A log that is behind it has lost its tail. */
  private newest = { epoch: '', seq: 0 };

  constructor(private readonly parts: PartitionParts) {
    this.keys = parts.keys;
    this.retentionOf = parts.retentionOf;
    this.channelsRemembered = parts.channelsRemembered;
  }

  /** Runs a script that stores nothing. @throws BusUnavailableError */
  read<T>(script: Script<T>): Promise<T> {
    return this.parts.primary.run(script);
  }

  /** Runs a script that stores, once all that it needs is proved to work: it must not fail half-way. @throws BusUnavailableError */
  async write<T>(script: Script<T>): Promise<T> {
    const { primary, selfCheck } = this.parts;
    if (!selfCheck.mayAppend) await selfCheck.proveAppend();
    try {
      return await primary.run(script);
    } catch (error) {
      selfCheck.noteFailure(error as Error);
      throw error;
    }
  }

  /** The first arguments of every script: see partition.lua. */
  epochArguments(): [candidate: string, knownEpoch: string, knownSeq: number] {
    return [this.parts.createEpoch(), this.newest.epoch, this.newest.seq];
  }

  remember(epoch: string, seq: number): void {
    if (epoch !== this.newest.epoch || seq > this.newest.seq) this.newest = { epoch, seq };
  }
}
