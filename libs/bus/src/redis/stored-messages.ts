import type { CodedError } from '@tetracast/message-model';
import { ENTRY_BYTES } from '../entry';
import { type AppendResult, BusUnavailableError, type Page, type Positions, type Range } from '../message-log';
import { createPage } from '../page';
import { idempotencyName, type Publication, refuseAppend } from '../publication';
import type { Retention, RetentionSettings } from '../retention';
import { DEFAULT_END_TTL_MS, DEFAULT_IDEMPOTENCY_TTL_MS } from '../retention-policy';
import { decodeStreamEntry, encodeBody, hasSameBody } from './entry-codec';
import { encodeWebhookSettings } from './redis-webhooks';
import type { RedisPartition } from './partition';

/** Most channels in one run of the script: Redis does nothing else during it. */
const POSITIONS_AT_ONCE = 500;

/** Messages in one run of the script, during which Redis does nothing else; the runs of one call are sent together. */
const APPENDED_AT_ONCE = 500;

/** Stores and reads the messages of a partition. */
export class StoredMessages {
  private readonly idempotencyTtlMs: number;
  private readonly endTtlMs: number;
  private readonly webhooks: string;

  constructor(
    private readonly partition: RedisPartition,
    settings: Pick<RetentionSettings, 'idempotencyTtlMs' | 'endTtlMs' | 'webhooks'>,
  ) {
    this.idempotencyTtlMs = settings.idempotencyTtlMs ?? DEFAULT_IDEMPOTENCY_TTL_MS;
    this.endTtlMs = settings.endTtlMs ?? DEFAULT_END_TTL_MS;
    this.webhooks = encodeWebhookSettings(settings.webhooks);
  }

  async appendAll(publications: readonly Publication[]): Promise<(AppendResult | CodedError)[]> {
    const runs: Promise<(AppendResult | CodedError)[]>[] = [];
    // All are sent at once, in order, on one connection.
    for (let from = 0; from < publications.length; from += APPENDED_AT_ONCE)
      runs.push(this.appendSome(publications.slice(from, from + APPENDED_AT_ONCE)));
    return (await Promise.all(runs)).flat();
  }

  async read(channel: string, range: Range): Promise<Page> {
    const { keys } = this.partition;
    const [epoch, head, last, found, oldest] = await this.partition.read((redis) =>
      redis.tetracastRead(
        ...[keys.partition, keys.last, keys.log(channel), keys.deleted(channel), keys.end(channel)],
        ...this.partition.epochArguments(),
        ...[channel, this.partition.retentionOf(channel).ttlMs, range.kind],
        ...(range.kind === 'rewind' ? [range.count] : [range.limit, range.seq, range.bytes, ENTRY_BYTES]),
      ),
    );
    this.partition.remember(epoch, head);
    const entries = found.map((entry) => decodeStreamEntry(channel, entry));
    return createPage(range, { epoch, head, last, oldest }, entries);
  }

  async positions(channels: readonly string[], withEnds: boolean): Promise<Positions> {
    const first = await this.positionsOf(channels.slice(0, POSITIONS_AT_ONCE), withEnds);
    const last = [...first.last];
    const ends = [...first.ends];
    for (let from = POSITIONS_AT_ONCE; from < channels.length; from += POSITIONS_AT_ONCE) {
      const next = await this.positionsOf(channels.slice(from, from + POSITIONS_AT_ONCE), withEnds);
      if (next.epoch !== first.epoch) throw new BusUnavailableError('The message log was replaced during the read');
      last.push(...next.last);
      ends.push(...next.ends);
    }
    // The head of the first run serves for all: later messages may only show in `last`.
    return { epoch: first.epoch, head: first.head, last, ends };
  }

  private async appendSome(publications: readonly Publication[]): Promise<(AppendResult | CodedError)[]> {
    const { partition } = this;
    const { keys } = partition;
    const numbers = new Map<string, number>();
    const channelKeys: string[] = [];
    const onceKeys: string[] = [];
    let webhookKeys: readonly string[] = [];
    const bodies: string[] = [];
    let [ofChannels, ofMessages] = ['', ''];
    let previous: Publication | undefined;
    let previousRetention: Retention | undefined;
    for (const publication of publications) {
      const { channel, idempotencyKey, idempotencyTtlMs = this.idempotencyTtlMs, needsChannel, ends } = publication;
      const retention = partition.retentionOf(channel);
      let number = numbers.get(channel);
      if (number === undefined) {
        number = channelKeys.push(keys.log(channel), keys.end(channel)) / 2;
        numbers.set(channel, number);
        ofChannels += `${channel}\n${retention === previousRetention ? '' : `${retention.size} ${retention.ttlMs}`}\n`;
        previousRetention = retention;
      }
      if (previous !== undefined && hasSameBody(publication, previous)) number = -number;
      else bodies.push(encodeBody(publication));
      previous = publication;
      const end = ends ? `${Math.max(this.endTtlMs, retention.ttlMs)} ${this.webhooks}` : '';
      if (ends && this.webhooks !== '') webhookKeys = keys.webhooks;
      const special = needsChannel ? 'known' : end;
      if (idempotencyKey !== undefined) onceKeys.push(keys.idempotency(idempotencyName(publication)));
      const onceMs = idempotencyKey === undefined ? 0 : idempotencyTtlMs;
      ofMessages += onceMs === 0 && special === '' ? `${number}\n` : `${number} ${onceMs} ${special}\n`;
    }
    const [epoch, ...stored] = await partition.write((redis) =>
      redis.tetracastAppend(
        2 + channelKeys.length + onceKeys.length + webhookKeys.length,
        ...[keys.partition, keys.last, ...channelKeys, ...onceKeys, ...webhookKeys],
        ...[...partition.epochArguments(), partition.channelsRemembered],
        ...[keys.announcementPrefix, ofChannels, publications.length, ofMessages, ...bodies],
      ),
    );
    return stored.map((position, index) => {
      if (typeof position === 'string') return refuseAppend(position, publications[index]?.channel ?? '');
      if (typeof position !== 'number') return { epoch: position[0], seq: position[1], duplicate: true };
      partition.remember(epoch, position);
      return { epoch, seq: position, duplicate: false };
    });
  }

  private async positionsOf(channels: readonly string[], withEnds: boolean): Promise<Positions> {
    const { keys } = this.partition;
    const logs = channels.map((channel) => keys.log(channel));
    const endKeys = withEnds ? channels.map((channel) => keys.end(channel)) : [];
    const [epoch, head, last, ends] = await this.partition.read((redis) =>
      redis.tetracastPositions(
        2 + logs.length + endKeys.length,
        ...[keys.partition, keys.last, ...logs, ...endKeys],
        ...this.partition.epochArguments(),
        ...channels,
      ),
    );
    this.partition.remember(epoch, head);
    return { epoch, head, last, ends };
  }
}
