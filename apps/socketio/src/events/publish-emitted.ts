import { type Tetracast } from '@tetracast/service-kit';
import { publish } from '@tetracast/session';
import type { Socket } from 'socket.io';
import type { Subscriber } from '../session/admission';
import type { Reply } from './acknowledge';
import { refuseBinary } from './binary';
import { spendQuota } from '../engine/engine-quota';

/** Publishes what a client emitted, once that is counted, and acknowledges it. @throws CodedError, BusUnavailableError as {@link publish} */
export async function publishEmitted(
  service: Tetracast,
  { conn }: Socket,
  { connection, isClientMadeUp, permission }: Subscriber,
  read: () => unknown,
  reply: Reply,
): Promise<void> {
  spendQuota(conn, 'publish');
  const publication = read();
  refuseBinary(publication);
  const context = { client: connection.client, isClientMadeUp, permissions: permission.permissions };
  const { id, duplicate } = await publish(service, publication, context);
  reply(duplicate ? { ok: true, id, duplicate } : { ok: true, id });
}
