import { DELETED_EVENT, encodeDeletion } from '@tetracast/message-model';

/** A message as a service hands it to the message log. */
export interface Publication {
  readonly channel: string;
  readonly event: string;
  /** The data as JSON text; stored and sent as these very bytes. */
  readonly data: string;
  /** `false`: not sent to connections with the same client key. */
  readonly echo: boolean;
  readonly client?: string;
  readonly user?: string;
  /** A repeat on the channel by the same owner within `idempotencyTtlMs` is stored once and answered with the first one's position. */
  readonly idempotencyKey?: string;
  /** Scope of the idempotency key: equal keys of two owners are two keys. Default: the scope shared by all without an owner. */
  readonly idempotencyOwner?: string;
}

/** The message that says that the message `id` was deleted. */
export function createDeletionNotice(channel: string, id: string): Publication {
  return { channel, event: DELETED_EVENT, data: encodeDeletion(id), echo: true };
}

/** Names what a bus stores under an idempotency key. As JSON, since no two triples then have the same name. */
export function idempotencyName({
  channel,
  idempotencyOwner,
  idempotencyKey,
}: Pick<Publication, 'channel' | 'idempotencyKey' | 'idempotencyOwner'>): string {
  return JSON.stringify([channel, idempotencyKey, idempotencyOwner]);
}
