import { companionOf } from '@tetracast/message-model';
import { createPresenceMessage, encodeMember } from '../presence/member-json';
import type {
  Lease,
  MemberPage,
  MemberQuery,
  PresenceChange,
  PresenceOutcome,
  PresenceStore,
} from '../presence/presence-store';
import { encodeBody } from './entry-codec';
import { encodeWebhookSettings } from './redis-webhooks';
import type { WebhookSettings } from '../webhooks/webhook-queue';
import type { RedisPartition } from './partition';

/** Members in one run of the script: Redis does nothing else during it. */
const RELEASED_AT_ONCE = 500;

const VALUE = /^(\d+) [^\n]*\n([^\n]*)\n(.*)$/;

const [JOIN_HEAD, LEAVE_HEAD] = (['join', 'leave'] as const).map((kind) =>
  encodeBody(createPresenceMessage(kind, '', '')).trimEnd(),
) as [string, string];

/** Redis fails at a cursor that is no number of 64 bits. */
const isScanCursor = (text: string): boolean => /^\d{1,20}$/.test(text) && BigInt(text) < 2n ** 64n;

/** The members of channels in Redis. */
export class RedisPresence implements PresenceStore {
  private readonly webhooks: string;

  constructor(
    private readonly partition: RedisPartition,
    webhooks: WebhookSettings | undefined,
  ) {
    this.webhooks = encodeWebhookSettings(webhooks);
  }

  async renewLease(process: string, leaseMs: number, isNew: boolean): Promise<Lease> {
    const { keys } = this.partition;
    const [epoch, isHeld, expired] = await this.partition.write((redis) =>
      redis.tetracastRenewLease(
        ...[keys.partition, keys.last, keys.leases],
        ...[...this.partition.epochArguments(), process, leaseMs, Number(isNew)],
      ),
    );
    return { epoch, isHeld: isHeld === 1, expired };
  }

  changePresence(process: string, changes: readonly PresenceChange[], maxMembers: number): Promise<PresenceOutcome> {
    return this.change(process, 'held', changes, maxMembers);
  }

  async releaseExpired(process: string): Promise<boolean> {
    const { keys } = this.partition;
    const held = keys.held(process);
    const found = await this.partition.read((redis) => redis.srandmember(held, RELEASED_AT_ONCE));
    if (found.length === 0) {
      await this.partition.write((redis) => redis.zrem(keys.leases, process));
      return true;
    }
    const leaves = found.map((text): PresenceChange => {
      const [channel = '', member = ''] = text.split('\n');
      return { kind: 'leave', channel, member, about: '', info: '' };
    });
    await this.change(process, 'expired', leaves, 0);
    return false;
  }

  async readMembers(channel: string, { page = '0', limit }: MemberQuery): Promise<MemberPage> {
    const { keys } = this.partition;
    const [epoch, head, count, next, flat] = await this.partition.read((redis) =>
      redis.tetracastReadMembers(
        ...[keys.partition, keys.last, keys.members(channel)],
        ...[...this.partition.epochArguments(), page, isScanCursor(page) ? limit : 0],
      ),
    );
    this.partition.remember(epoch, head);
    const members = flat.flatMap((value, i) => {
      const [, since, about = '', info = ''] = i % 2 === 1 ? (VALUE.exec(value) ?? []) : [];
      return since === undefined ? [] : [encodeMember({ about, info }, Number(since))];
    });
    return { epoch, head, count, members, ...(next === '0' ? {} : { next }) };
  }

  private async change(
    process: string,
    mode: 'held' | 'expired',
    changes: readonly PresenceChange[],
    maxMembers: number,
  ): Promise<PresenceOutcome> {
    const { partition } = this;
    const { keys } = partition;
    const numbers = new Map<string, number>();
    const channelKeys: string[] = [];
    const ofChannels: (string | number)[] = [];
    const ofChanges: (string | number)[] = [];
    for (const { kind, channel, member, about, info } of changes) {
      let number = numbers.get(channel);
      if (number === undefined) {
        const companion = companionOf(channel);
        const { size, ttlMs } = partition.retentionOf(companion);
        number = channelKeys.push(keys.members(channel), keys.log(companion)) / 2;
        numbers.set(channel, number);
        ofChannels.push(channel, companion, keys.announcementChannel(companion), size, ttlMs);
      }
      ofChanges.push(number, kind, member, about, info);
    }
    const [epoch, isHeld, ...refused] = await partition.write((redis) =>
      redis.tetracastChangePresence(
        6 + channelKeys.length,
        ...[keys.partition, keys.last, keys.leases, keys.held(process), ...keys.webhooks, ...channelKeys],
        ...[...partition.epochArguments(), partition.channelsRemembered],
        ...[process, mode, maxMembers, JOIN_HEAD, LEAVE_HEAD, this.webhooks],
        ...[numbers.size, ...ofChannels, ...ofChanges],
      ),
    );
    return { epoch, isHeld: isHeld === 1, refused };
  }
}
