import {
  EXPIRED_AT_ONCE,
  type RelayAdmission,
  type RelayOwner,
  type RelayRequest,
  type RelayStore,
} from '../relays/relay-store';
import type { RedisPartition } from './partition';

/** The relays of all processes in Redis. */
export class RedisRelays implements RelayStore {
  constructor(private readonly partition: RedisPartition) {}

  async admitRelay({ channel, leaseMs, owners, key, keyTtlMs }: RelayRequest): Promise<RelayAdmission> {
    const { keys } = this.partition;
    const ofOwners = owners.flatMap(({ name }) => [keys.relaysOf(name), keys.relaysPerDay(name)]);
    const [kind, value = ''] = await this.partition.write((redis) =>
      redis.tetracastAdmitRelay(
        4 + ofOwners.length,
        ...[keys.partition, keys.last, keys.relays, keys.relayKey(key ?? ''), ...ofOwners],
        ...[...this.partition.epochArguments(), channel, leaseMs, key === undefined ? 0 : keyTtlMs],
        ...owners.flatMap(({ atOnce, aDay }) => [atOnce, aDay]),
      ),
    );
    if (kind === 'new') return { kind };
    if (kind === 'known') return { kind, channel: String(value) };
    return { kind: 'refused', owner: owners[Number(value)] as RelayOwner, limit: kind };
  }

  renewRelays(channels: readonly string[], leaseMs: number): Promise<readonly string[]> {
    const { keys } = this.partition;
    return this.partition.write((redis) =>
      redis.tetracastRenewRelays(
        ...[keys.partition, keys.last, keys.relays],
        ...[...this.partition.epochArguments(), leaseMs, ...channels],
      ),
    );
  }

  async releaseRelay(channel: string): Promise<void> {
    const { keys } = this.partition;
    await this.partition.write((redis) => redis.zrem(keys.relays, channel));
  }

  takeExpiredRelays(leaseMs: number): Promise<readonly string[]> {
    const { keys } = this.partition;
    return this.partition.write((redis) =>
      redis.tetracastTakeExpiredRelays(
        ...[keys.partition, keys.last, keys.relays],
        ...[...this.partition.epochArguments(), leaseMs, EXPIRED_AT_ONCE],
      ),
    );
  }
}
