import { channel, reportMessage, reportReset, reportSubscribed, url } from './report.mjs';

export const streamUrl = `${url}/sse?channel=${channel}`;

/** Reports what comes from anything with the methods and events of EventSource. */
export function reportStream(source) {
  source.addEventListener('open', reportSubscribed);
  source.addEventListener('message', ({ data, lastEventId }) => reportMessage(data, lastEventId));
  source.addEventListener('tetracast:reset', ({ data }) => reportReset(data));
}
