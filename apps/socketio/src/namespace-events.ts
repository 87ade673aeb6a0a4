import { publish, type Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from './admission';
import { answering, splitAck } from './answering';
import { refuseBinary } from './binary';
import { spend } from './engine-caller';

/** Serves a client of a namespace that is a channel: whatever it emits is published there to everyone else. */
export function serveChannelNamespace(
  service: Tetracast,
  socket: Socket,
  { line, connection }: Subscriber,
  log: FastifyBaseLogger,
): void {
  const channel = socket.nsp.name.slice(1);
  socket.onAny((event: string, ...args: unknown[]) => {
    const { values, reply } = splitAck(args);
    // A message has one value: no argument is null, several are an array.
    const data: unknown = values.length > 1 ? values : (values[0] ?? null);
    line.order.run(() =>
      answering(reply, log, async () => {
        spend(socket.conn, 'publish');
        refuseBinary(data);
        const publication = { channel, event, data, echo: false };
        const { id } = await publish(service, publication, { client: connection.client });
        reply({ ok: true, id });
      }),
    );
    line.regulate();
  });
}
