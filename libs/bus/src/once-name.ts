import type { Publication } from './bus';

/** What a bus knows an idempotency key by; two publications of one name are one message. As JSON, no two triples make one name. */
export function onceName({ channel, idempotencyOwner, idempotencyKey }: OncePublication): string {
  return JSON.stringify([channel, idempotencyKey, idempotencyOwner]);
}

type OncePublication = Pick<Publication, 'channel' | 'idempotencyKey' | 'idempotencyOwner'>;
