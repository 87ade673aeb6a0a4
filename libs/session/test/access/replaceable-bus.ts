import {
  type AppendResult,
  type BusListener,
  MemoryBus,
  type Page,
  type Positions,
  type Publication,
} from '@tetracast/bus';

const createLog = (): MemoryBus => new MemoryBus({ retention: { size: 1000, ttlMs: 600_000 } });

/**
 * A memory bus whose message log can be replaced by an empty one, and whose appends can be held. Unlike those of `FaultyBus`,
 * appends that were held during a replacement are acknowledged by the lost message log.
 */
export class ReplaceableBus extends MemoryBus {
  /** While true, `append` waits for {@link releaseAppends}. */
  holdsAppends = false;
  /** The functions that store or reject the held appends, by their data. */
  readonly heldAppends = new Map<string, (error?: Error) => void>();
  /** The data of all appends. */
  readonly appended: string[] = [];
  current = createLog();
  private hubListener: BusListener | undefined;

  constructor() {
    super({ retention: { size: 1, ttlMs: 1 } });
  }

  /** As after a failover: the announcements come from the new log, and the hub asks for its position. */
  async replace(): Promise<void> {
    const lost = this.current;
    this.current = createLog();
    if (this.hubListener !== undefined) this.current.listen(this.hubListener);
    for (const channel of ['$access:revoked', '$renewed']) {
      await lost.unsubscribe(channel);
      await this.current.subscribe(channel);
    }
    this.hubListener?.onResubscribed();
  }

  /** Lets the held appends go on, or rejects them; later appends are held as before. */
  releaseAppends(error?: Error): void {
    const released = [...this.heldAppends.values()];
    this.heldAppends.clear();
    for (const settle of released) settle(error);
  }

  override async append(publication: Publication): Promise<AppendResult> {
    const { current } = this;
    this.appended.push(publication.data);
    if (this.holdsAppends) {
      await new Promise<void>((resolve, reject) => {
        this.heldAppends.set(publication.data, (error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
      });
    }
    return current.append(publication);
  }

  override read(...args: Parameters<MemoryBus['read']>): Promise<Page> {
    return this.current.read(...args);
  }

  override positions(channels: readonly string[]): Promise<Positions> {
    return this.current.positions(channels);
  }

  override listen(listener: BusListener): void {
    this.hubListener = listener;
    this.current.listen(listener);
  }

  override subscribe(channel: string): Promise<void> {
    return this.current.subscribe(channel);
  }
}
