import { createRequire } from 'node:module';

import { window } from './page.mjs';
import {
  channel,
  greeting,
  options,
  reportMessage,
  reportPublished,
  reportReset,
  reportSubscribed,
} from './report.mjs';

const [library] = options;
const loaded = createRequire(import.meta.url)(library);
const $ = (loaded.jQueryFactory ?? loaded)(window);

const take = ({ messages, cursor, reset }) => {
  if (reset) reportReset(JSON.stringify(reset));
  for (const message of messages) reportMessage(JSON.stringify(message), message.cursor ?? message.id);
  return cursor;
};

(function poll(after, wait) {
  $.ajax({ url: '/polling', data: { channel, wait, after } }).then(
    (answer) => {
      if (after === undefined) {
        reportSubscribed();
        $.ajax({ method: 'POST', url: '/polling', data: { channel, data: greeting } }).then(reportPublished);
      }
      poll(take(answer), 25);
    },
    () => setTimeout(poll, 20, after, wait),
  );
})(undefined, 0);
