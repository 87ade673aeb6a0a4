import type { Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from './admission';
import { type Session, sessionTtlMs } from './session';

/** Saves a session without waiting. A failure is made up for at the next heartbeat. */
export function saveLater({ bus, settings }: Tetracast, session: Session, log: FastifyBaseLogger): void {
  session.save(bus, sessionTtlMs(settings)).catch((error: unknown) => {
    log.debug({ err: error }, 'a Socket.IO session could not be kept');
  });
}

/** Keeps a session for as long as its client is connected, and for its time from then on. */
export function keepWhileConnected(
  service: Tetracast,
  socket: Socket,
  { session, sink }: Subscriber,
  log: FastifyBaseLogger,
): void {
  const ttlMs = sessionTtlMs(service.settings);
  sink.onHeartbeat = () => {
    if (session.isDue(ttlMs)) saveLater(service, session, log);
  };
  socket.on('disconnect', () => {
    if (session.isKept) saveLater(service, session, log);
  });
}
