import type { Redis } from 'ioredis';
import type { Socket } from 'node:net';

/** Whether it has a stream that is not destroyed. */
export function isOpen({ status, stream }: Redis): boolean {
  const isUsed = status === 'connecting' || status === 'connect' || status === 'ready';
  return isUsed && (stream as Socket | undefined)?.destroyed === false;
}

/** Resolves when the connection has ended and its pending commands are rejected. It does not reconnect. */
export async function disconnect(redis: Redis): Promise<void> {
  // While ioredis asks Sentinels there is no stream, and it emits `end` only when it has asked them all.
  const ended = isOpen(redis) ? new Promise<void>((resolve) => void redis.once('end', resolve)) : undefined;
  redis.disconnect();
  await ended;
}
