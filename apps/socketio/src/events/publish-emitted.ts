import type { Subscriber } from '../session/admit-client';
import type { Reply } from './acknowledge';
import { refuseBinary } from './binary';

/** Publishes what a client emitted, once that is counted, and acknowledges it. @throws as `Session.publish` */
export async function publishEmitted({ session }: Subscriber, read: () => unknown, reply: Reply): Promise<void> {
  const { id, duplicate } = await session.publish(() => {
    const publication = read();
    refuseBinary(publication);
    return publication;
  });
  reply(duplicate ? { ok: true, id, duplicate } : { ok: true, id });
}
