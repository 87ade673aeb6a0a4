import type { Subscriber } from '../session/admit-client';
import type { Reply } from './acknowledge';
import { refuseBinary } from './binary';

/** Counts and publishes what a client emitted, and acknowledges it. @throws as `Session.publish` */
export async function publishEmitted({ session }: Subscriber, read: () => unknown, reply: Reply): Promise<void> {
  const { id, duplicate } = await session.publish(() => {
    const publication = read();
    refuseBinary(publication);
    return publication;
  });
  reply(duplicate ? { ok: true, id, duplicate } : { ok: true, id });
}
