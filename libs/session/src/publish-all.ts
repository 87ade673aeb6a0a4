import type { Publication } from '@tetracast/bus';
import { CodedError } from '@tetracast/message-model';
import { createPublication, type PublishContext, type PublishResult, readPublication } from './publish';
import type { SessionServices } from './session-services';

/**
 * Publishes what a client sent in one request, in its order and in one round trip. Each result is that of {@link publish}, or why the
 * message is not stored; a refused message does not keep the others from being stored.
 *
 * @throws BusUnavailableError if it is unknown which messages are stored
 */
export async function publishAll(
  { settings, hub }: Pick<SessionServices, 'settings' | 'hub'>,
  bodies: readonly unknown[],
  context: PublishContext,
): Promise<(PublishResult | CodedError)[]> {
  const publications = bodies.map((body) =>
    valueOrRefusal(() => createPublication(settings, readPublication(body), context)),
  );
  const accepted = publications.filter((each): each is Publication => !(each instanceof CodedError));
  const stored = (accepted.length === 0 ? [] : await hub.publishAll(accepted)).values();
  return publications.map((each) => (each instanceof CodedError ? each : resultOf(each, stored)));
}

function valueOrRefusal<T>(make: () => T): T | CodedError {
  try {
    return make();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}

function resultOf(
  { channel }: Publication,
  stored: Iterator<{ readonly id: string; readonly duplicate: boolean }>,
): PublishResult {
  const { id, duplicate } = stored.next().value as { id: string; duplicate: boolean };
  return { id, channel, duplicate };
}
