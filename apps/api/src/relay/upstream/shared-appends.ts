import type { Publication } from '@tetracast/bus';
import type { Hub } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';

/** Redis does nothing else while it stores these. */
const APPENDS_AT_ONCE = 100;

interface Waiting {
  readonly publication: Publication;
  readonly resolve: (id: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Stores what all relays of a process store in one turn of the event loop in one round trip. */
export class SharedAppends {
  private waiting: Waiting[] = [];

  constructor(
    private readonly hub: Pick<Hub, 'publishAll'>,
    private readonly runtime: Pick<Runtime, 'setImmediate'>,
  ) {}

  /** Resolves with the id of the message once it is stored. @throws as `Hub.publish` */
  append(publication: Publication): Promise<string> {
    return new Promise((resolve, reject) => {
      const isFirst = this.waiting.push({ publication, resolve, reject }) === 1;
      if (isFirst) this.runtime.setImmediate(() => this.storeAll());
    });
  }

  private storeAll(): void {
    const { waiting } = this;
    this.waiting = [];
    for (let from = 0; from < waiting.length; from += APPENDS_AT_ONCE)
      void this.store(waiting.slice(from, from + APPENDS_AT_ONCE));
  }

  private async store(some: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.hub.publishAll(some.map(({ publication }) => publication));
      some.forEach(({ resolve, reject }, index) => {
        const result = results[index] as (typeof results)[number];
        if (result instanceof CodedError) reject(result);
        else resolve(result.id);
      });
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }
}
