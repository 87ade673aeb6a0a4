import type { RedisConnection } from './redis-connection';

const CHANNELS_PER_COMMAND = 1000;
const RETRY_MS = 1000;

export interface SubscriptionEvents {
  onMessage(name: string, text: string): void;
  /** On a channel that is subscribed otherwise. */
  onOther(name: string, text: string): void;
  /** From now on messages may be missed. */
  onInterrupted(): void;
  /** From now on none is. */
  onRestored(): void;
}

/**
 * The channels of Redis this process hears. What was asked for once stays wanted over every cut, even if it could not be
 * had at first, until it is unsubscribed.
 */
export class RedisSubscriptions {
  private readonly wanted = new Set<string>();
  private missed = false;
  private interrupted = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly line: RedisConnection,
    private readonly events: SubscriptionEvents,
  ) {
    line.redis.on('message', (name, text) => {
      if (this.wanted.has(name)) events.onMessage(name, text);
      else events.onOther(name, text);
    });
    line.redis.on('close', () => this.interrupt());
    line.onReady(() => void this.restore());
  }

  async subscribe(name: string): Promise<void> {
    this.wanted.add(name);
    try {
      await this.line.run((redis) => redis.subscribe(name));
    } catch (error) {
      this.restoreLater();
      throw error;
    }
  }

  async unsubscribe(name: string): Promise<void> {
    this.wanted.delete(name);
    // Nobody is left to be told: a connection that is away comes back without it.
    await this.line.run((redis) => redis.unsubscribe(name)).catch(() => undefined);
  }

  close(): void {
    clearTimeout(this.retry);
    this.wanted.clear();
  }

  /** Also at the end of every attempt to come back. */
  private interrupt(): void {
    if (this.wanted.size === 0) return;
    this.missed = true;
    if (this.interrupted) return;
    this.interrupted = true;
    this.events.onInterrupted();
  }

  private async restore(): Promise<void> {
    if (!this.missed) return;
    clearTimeout(this.retry);
    this.missed = false;
    const names = [...this.wanted];
    try {
      await this.line.run(async (redis) => {
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

  /** At the next `ready`, or soon if the connection stands. */
  private restoreLater(): void {
    this.missed = this.wanted.size > 0;
    clearTimeout(this.retry);
    if (this.line.isReady) this.retry = setTimeout(() => void this.restore(), RETRY_MS).unref();
  }
}
