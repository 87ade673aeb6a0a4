import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from '@tetracast/testing';
import { type Bus, RedisBus, type RetentionSettings } from '../../src';
import { type BusHarness, SETTINGS } from '../contract/harness';

let logs = 0;

/** Redis for the contract of buses: each log has a key prefix of its own. */
export class RedisHarness implements BusHarness {
  private readonly buses = new Map<Bus, { readonly prefix: string; readonly settings: Partial<RetentionSettings> }>();

  /** @param server the server with the log; @param urlOf the URL by which buses find it */
  constructor(
    private readonly server: () => RedisServer,
    private readonly urlOf = (): string => this.server().url,
  ) {}

  create(settings: Partial<RetentionSettings> = {}): Bus {
    return this.connect(`{tetracast}-${++logs}`, settings);
  }

  join(bus: Bus): Bus {
    const { prefix, settings } = this.buses.get(bus)!;
    return this.connect(prefix, settings);
  }

  async now(): Promise<number> {
    const [seconds, microseconds] = (await this.server().command('TIME')) as [string, string];
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  tick(): Promise<void> {
    return delay(2);
  }

  /** Closes all buses. */
  async close(): Promise<void> {
    await Promise.all([...this.buses.keys()].map((bus) => bus.close()));
    this.buses.clear();
  }

  private connect(prefix: string, settings: Partial<RetentionSettings>): Bus {
    const bus = new RedisBus(this.urlOf(), { ...SETTINGS, ...settings, keyPrefix: prefix });
    this.buses.set(bus, { prefix, settings });
    return bus;
  }
}
