import type { PublishResult } from '@tetracast/session';
import type { Subscriber } from '../session/admit-client';
import type { Reply } from './acknowledge';
import { refuseBinary } from './binary';

/** Counts and publishes what a client emitted, and acknowledges it. @throws as `Session.publish` */
export async function publishEmitted({ session }: Subscriber, read: () => unknown, reply: Reply): Promise<void> {
  const stored = session.publish(() => {
    const publication = read();
    refuseBinary(publication);
    return publication;
  });
  await acknowledgeStored(stored, reply);
}

/** Asks the publishers of a channel to stop, and acknowledges it. @throws as `Session.cancel` */
export async function cancelEmitted({ session }: Subscriber, channel: string, reply: Reply): Promise<void> {
  await acknowledgeStored(session.cancel(channel), reply);
}

async function acknowledgeStored(stored: Promise<PublishResult>, reply: Reply): Promise<void> {
  const { id, duplicate } = await stored;
  reply(duplicate ? { ok: true, id, duplicate } : { ok: true, id });
}
