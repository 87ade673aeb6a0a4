import { publish, type Tetracast } from '@tetracast/service-kit';
import type { Socket } from 'socket.io';
import type { Subscriber } from './admission';
import type { Reply } from './answering';
import { refuseBinary } from './binary';
import { spend } from './engine-caller';

/** Publishes what a client emitted, once that is counted, and acknowledges it. @throws CodedError, BusUnavailableError as {@link publish} */
export async function publishEmitted(
  service: Tetracast,
  { conn }: Socket,
  { connection, isClientMadeUp, permit }: Subscriber,
  read: () => unknown,
  reply: Reply,
): Promise<void> {
  spend(conn, 'publish');
  const publication = read();
  refuseBinary(publication);
  const context = { client: connection.client, isClientMadeUp, grant: permit.grant };
  const { id, duplicate } = await publish(service, publication, context);
  reply(duplicate ? { ok: true, id, duplicate } : { ok: true, id });
}
