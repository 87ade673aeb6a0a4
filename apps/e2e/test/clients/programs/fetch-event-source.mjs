import { fetchEventSource } from '@microsoft/fetch-event-source';

import { streamUrl } from './event-stream.mjs';
import { window } from './page.mjs';
import { reportMessage, reportReset, reportSubscribed } from './report.mjs';

Object.assign(globalThis, { window: globalThis, document: window.document });

await fetchEventSource(streamUrl, {
  openWhenHidden: true,
  onopen: async () => reportSubscribed(),
  // Unless this throws, it does not come back from a stream that came to its end.
  onclose: () => {
    throw new Error('the stream ended');
  },
  onmessage: ({ event, data, id }) => {
    // It hands over blocks without data as well, which EventSource does not.
    if (data === '') return;
    if (event === 'tetracast:reset') reportReset(data);
    else reportMessage(data, id);
  },
});
