import type { AppendResult } from '../message-log';
import { idempotencyName, type Publication } from '../publication';
import { encodeBody } from './entry-codec';
import type { RedisPartition } from './partition';

/** Messages in one run of the script; the runs of one call are sent together. */
const APPENDED_AT_ONCE = 100;

/** Stores messages in a partition. */
export class MessageAppender {
  constructor(
    private readonly partition: RedisPartition,
    private readonly idempotencyTtlMs: number,
  ) {}

  async append(publication: Publication): Promise<AppendResult> {
    const [result] = await this.appendSome([publication]);
    return result as AppendResult;
  }

  async appendAll(publications: readonly Publication[]): Promise<readonly AppendResult[]> {
    const runs: Promise<AppendResult[]>[] = [];
    // All are sent at once, in order, on one connection.
    for (let from = 0; from < publications.length; from += APPENDED_AT_ONCE)
      runs.push(this.appendSome(publications.slice(from, from + APPENDED_AT_ONCE)));
    return (await Promise.all(runs)).flat();
  }

  private async appendSome(publications: readonly Publication[]): Promise<AppendResult[]> {
    const { partition } = this;
    const { keys } = partition;
    const keysOfAll: string[] = [];
    const argumentsOfAll: (string | number)[] = [];
    for (const publication of publications) {
      const { channel, idempotencyKey } = publication;
      const { size, ttlMs } = partition.retentionOf(channel);
      const [name, onceMs] =
        idempotencyKey === undefined ? ['', 0] : [idempotencyName(publication), this.idempotencyTtlMs];
      keysOfAll.push(keys.log(channel), keys.idempotency(name));
      argumentsOfAll.push(channel, keys.announcementChannel(channel), encodeBody(publication), size, ttlMs, onceMs);
    }
    const results = await partition.write((redis) =>
      redis.tetracastAppend(
        2 + keysOfAll.length,
        ...[keys.partition, keys.last, ...keysOfAll],
        ...[...partition.epochArguments(), partition.channelsRemembered, ...argumentsOfAll],
      ),
    );
    return results.map(([epoch, seq, duplicate]) => {
      if (duplicate === 0) partition.remember(epoch, seq);
      return { epoch, seq, duplicate: duplicate === 1 };
    });
  }
}
