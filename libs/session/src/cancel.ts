import { CANCEL_EVENT } from '@tetracast/message-model';
import type { PublishContext, PublishResult } from './publish';
import type { SessionServices } from './session-services';

/** At most one cancellation of a channel is stored in this time, in ms; the others have the position of that one. */
const CANCEL_EVERY_MS = 1000;

/** The owner of the idempotency key that all cancellations of a channel share; no publisher has such a name. */
const OWNER = 'cancel';

/**
 * Asks the publishers of a channel to stop: stores a message that names the sender. It counts as a publication.
 *
 * @throws CodedError `unauthorized`, `forbidden`, `channel_ended`, `not_found` if nothing was published on the channel;
 * BusUnavailableError if it is unknown whether the message is stored
 */
export async function cancel(
  { hub }: Pick<SessionServices, 'hub'>,
  channel: string,
  { permissions, client, quota }: Pick<PublishContext, 'permissions' | 'client' | 'quota'>,
): Promise<PublishResult> {
  permissions.requireCancel(channel);
  quota?.spendNamespace(channel);
  const { subject } = permissions;
  const { id, duplicate } = await hub.publish({
    channel,
    event: CANCEL_EVENT,
    data: 'null',
    echo: true,
    needsChannel: true,
    idempotencyKey: CANCEL_EVENT,
    idempotencyOwner: OWNER,
    idempotencyTtlMs: CANCEL_EVERY_MS,
    ...(client === undefined ? {} : { client }),
    ...(subject === undefined ? {} : { user: subject }),
  });
  return { id, channel, duplicate };
}
