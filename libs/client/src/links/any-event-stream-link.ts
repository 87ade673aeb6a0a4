import { isCrowded } from '../environment';
import { openEventStreamLink } from './event-stream-link';
import { createRequestLink, type OpenLink } from './link';

/** An event stream, or the one that all tabs share where the streams of some tabs would leave the others no connection. */
export const openAnyEventStreamLink: OpenLink = (context, channels, start, events) => {
  const link = createRequestLink(async (signal) => {
    const isShared = !context.presence && isCrowded(context.base);
    // Without that code, such as after a deployment that removed the old files, the tab has a stream alone.
    const shared = await (isShared && import('../tabs/shared-stream').catch(() => undefined));
    const open = shared ? shared.openSharedLink : openEventStreamLink;
    if (!signal.aborted) Object.assign(link, open(context, channels, start, events));
  }, events);
  return link;
};
