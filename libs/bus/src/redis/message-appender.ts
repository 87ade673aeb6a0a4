import type { AppendResult } from '../message-log';
import { idempotencyName, type Publication } from '../publication';
import { encodeBody } from './entry-codec';
import type { RedisPartition } from './partition';

/** Messages in one run of the script, during which Redis does nothing else; the runs of one call are sent together. */
const APPENDED_AT_ONCE = 500;

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
    const numbers = new Map<string, number>();
    const logs: string[] = [];
    const onceKeys: string[] = [];
    const ofChannels: (string | number)[] = [];
    const ofMessages: (string | number)[] = [];
    for (const publication of publications) {
      const { channel, idempotencyKey } = publication;
      let number = numbers.get(channel);
      if (number === undefined) {
        const { size, ttlMs } = partition.retentionOf(channel);
        number = logs.push(keys.log(channel));
        numbers.set(channel, number);
        ofChannels.push(channel, keys.announcementChannel(channel), size, ttlMs);
      }
      if (idempotencyKey !== undefined) onceKeys.push(keys.idempotency(idempotencyName(publication)));
      ofMessages.push(number, encodeBody(publication), idempotencyKey === undefined ? 0 : this.idempotencyTtlMs);
    }
    const [epoch, ...stored] = await partition.write((redis) =>
      redis.tetracastAppend(
        2 + logs.length + onceKeys.length,
        ...[keys.partition, keys.last, ...logs, ...onceKeys],
        ...[...partition.epochArguments(), partition.channelsRemembered],
        ...[logs.length, ...ofChannels, ...ofMessages],
      ),
    );
    return stored.map((position) => {
      if (typeof position !== 'number') return { epoch: position[0], seq: position[1], duplicate: true };
      partition.remember(epoch, position);
      return { epoch, seq: position, duplicate: false };
    });
  }
}
