import { publish, type Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from './admission';
import { answering, splitAck } from './answering';
import { AUTH_EVENT, authenticate } from './authenticate';
import { refuseBinary } from './binary';
import { spend } from './engine-caller';

/** Serves a client of a namespace that is a channel: whatever it emits is published there to everyone else. */
export function serveChannelNamespace(
  service: Tetracast,
  socket: Socket,
  subscriber: Subscriber,
  log: FastifyBaseLogger,
): void {
  const { line, connection, permit } = subscriber;
  const channel = socket.nsp.name.slice(1);
  socket.onAny((event: string, ...args: unknown[]) => {
    const { values, reply } = splitAck(args);
    if (event === AUTH_EVENT) {
      line.order.runAlone(() =>
        answering(connection, reply, log, () => authenticate(service, socket, subscriber, values[0], reply)),
      );
      line.regulate();
      return;
    }
    // A message has one value: no argument is null, several are an array.
    const data: unknown = values.length > 1 ? values : (values[0] ?? null);
    line.order.run(() =>
      answering(connection, reply, log, async () => {
        spend(socket.conn, 'publish');
        refuseBinary(data);
        const publication = { channel, event, data, echo: false };
        const { id } = await publish(service, publication, { client: connection.client, grant: permit.grant });
        reply({ ok: true, id });
      }),
    );
    line.regulate();
  });
}
