import { createEventSource } from 'eventsource-client';

import { streamUrl } from './event-stream.mjs';
import { reportMessage, reportReset, reportSubscribed } from './report.mjs';

createEventSource({
  url: streamUrl,
  onConnect: reportSubscribed,
  onMessage: ({ event, data, id }) => (event === 'tetracast:reset' ? reportReset(data) : reportMessage(data, id)),
});
