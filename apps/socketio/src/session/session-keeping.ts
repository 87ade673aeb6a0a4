import type { Tetracast } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from './admit-client';
import { type RecoverableSession } from './recoverable-session';
import { sessionTtlMs } from './session-ttl';

/** Saves a session without waiting. After a failure the next heartbeat saves it again. */
export function saveLater(
  { bus, settings }: Tetracast,
  recoverable: RecoverableSession,
  logger: FastifyBaseLogger,
): void {
  recoverable.save(bus, sessionTtlMs(settings)).catch((error: unknown) => {
    logger.debug({ err: error }, 'the server could not store a Socket.IO session: the next heartbeat tries again');
  });
}

/** Keeps a session stored while its client is connected, and for {@link sessionTtlMs} after that. */
export function keepWhileConnected(
  service: Tetracast,
  socket: Socket,
  { recoverable, sink }: Subscriber,
  logger: FastifyBaseLogger,
): void {
  const ttlMs = sessionTtlMs(service.settings);
  sink.onHeartbeat = () => {
    if (recoverable.isDue(ttlMs)) saveLater(service, recoverable, logger);
  };
  socket.on('disconnect', () => {
    if (recoverable.isKept) saveLater(service, recoverable, logger);
  });
}
