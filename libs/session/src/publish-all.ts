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
  const accepted: Publication[] = [];
  const refusals = new Map<number, CodedError>();
  for (const [index, body] of bodies.entries()) {
    try {
      accepted.push(createPublication(settings, readPublication(body), context));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      refusals.set(index, error);
    }
  }
  const stored = accepted.length === 0 ? [] : await hub.publishAll(accepted);
  const results = stored.map((each, index): PublishResult | CodedError => {
    const { channel } = accepted[index] as Publication;
    return each instanceof CodedError ? each : { id: each.id, channel, duplicate: each.duplicate };
  });
  // In ascending order: each refusal takes its place among those before it.
  for (const [index, refusal] of refusals) results.splice(index, 0, refusal);
  return results;
}
