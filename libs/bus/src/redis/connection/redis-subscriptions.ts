import type { Runtime } from '@tetracast/node-io/runtime';
import type { RedisConnection } from './redis-connection';

const CHANNELS_PER_COMMAND = 1000;
const RETRY_MS = 1000;

export interface SubscriptionEvents {
  onMessage(name: string, text: string): void;
  /** A message on a channel that is not subscribed here. */
  onOther(name: string, text: string): void;
  /** Messages may be lost from now on. */
  onInterrupted(): void;
  /** All channels are subscribed again. */
  onRestored(): void;
}

/**
 * The channels of Redis that this process subscribes to. A channel stays wanted over every cut, even when its first
 * subscription failed, until it is unsubscribed.
 */
export class RedisSubscriptions {
  private readonly wanted = new Set<string>();
  private missed = false;
  private interrupted = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: RedisConnection,
    private readonly runtime: Runtime,
    private readonly events: SubscriptionEvents,
  ) {
    connection.redis.on('message', (name, text) => {
      if (this.wanted.has(name)) events.onMessage(name, text);
      else events.onOther(name, text);
    });
    connection.redis.on('close', () => this.interrupt());
    connection.onReady(() => void this.restore());
  }

  async subscribe(name: string): Promise<void> {
    this.wanted.add(name);
    try {
      await this.connection.run((redis) => redis.subscribe(name));
    } catch (error) {
      this.restoreLater();
      throw error;
    }
  }

  async unsubscribe(name: string): Promise<void> {
    this.wanted.delete(name);
    // A failure needs no report: a connection that is down comes back without this channel.
    await this.connection.run((redis) => redis.unsubscribe(name)).catch(() => undefined);
  }

  close(): void {
    this.runtime.clearTimeout(this.retry);
    this.wanted.clear();
  }

  /** Also runs after every failed attempt to reconnect. */
  private interrupt(): void {
    if (this.wanted.size === 0) return;
    this.missed = true;
    if (this.interrupted) return;
    this.interrupted = true;
    this.events.onInterrupted();
  }

  private async restore(): Promise<void> {
    if (!this.missed) return;
    this.runtime.clearTimeout(this.retry);
    this.missed = false;
    const names = [...this.wanted];
    try {
      await this.connection.run(async (redis) => {
        const commands: Promise<unknown>[] = [];
        for (let from = 0; from < names.length; from += CHANNELS_PER_COMMAND) {
          commands.push(redis.subscribe(...names.slice(from, from + CHANNELS_PER_COMMAND)));
        }
        await Promise.all(commands);
      });
    } catch {
      this.restoreLater();
      return;
    }
    this.interrupted = false;
    this.events.onRestored();
  }

  /** When the connection is ready again, or soon if it is ready now. */
  private restoreLater(): void {
    this.missed = this.wanted.size > 0;
    this.runtime.clearTimeout(this.retry);
    if (this.connection.isReady) this.retry = this.runtime.setTimeout(() => void this.restore(), RETRY_MS).unref();
  }
}
