import { backoffMs } from './backoff.js';
import { bearer } from './token.js';
import { t } from '../texts/texts.js';

/**
 * HTTP polling with jQuery: ask what came after the cursor, show it, ask again.
 * A long poll is the same question with `wait`: the service answers when there is something to say.
 */
export function polling({ origin, channel, panel, token }) {
  const url = `${origin}/polling`;
  const headers = bearer(token);
  let request, timer;
  let failures = 0;
  let connected = false;
  let short = false;

  function ask() {
    const query = { channel };
    if (panel.cursor) query.after = panel.cursor;
    // The first question never waits: its answer is the backlog, and the proof that the service answers.
    if (connected && !short) query.wait = 25;
    request = $.ajax({ url, headers, data: query, dataType: 'json', timeout: 40_000 }).done(show).fail(tryAgain);
  }

  function show(answer) {
    failures = 0;
    connected = true;
    panel.setState('connected');
    if (answer.reset) panel.showReset(answer.reset);
    timer = setTimeout(ask, short ? 2000 : 0); // before the messages: one of them may end the channel, and call cut()
    for (const message of answer.messages) panel.receive(message);
    panel.moveTo(answer.cursor);
  }

  function tryAgain(xhr, status) {
    if (status === 'abort') return; // our own cut()
    connected = false;
    // 4xx says that the question is wrong, and asking again will not make it right; 408 and 429 only say "later".
    if (xhr.status >= 400 && xhr.status < 500 && ![408, 429].includes(xhr.status)) {
      panel.setState('cut', t('note.refused', { reason: reason(xhr) }));
      return;
    }
    const retryAfterMs = 1000 * Number(xhr.getResponseHeader('Retry-After') ?? 0) || 0;
    timer = setTimeout(ask, Math.max(retryAfterMs, backoffMs(failures++)));
    panel.setState('reconnecting', reason(xhr));
  }

  function stop() {
    clearTimeout(timer);
    request?.abort();
    connected = false;
  }

  return {
    join: ask,
    cut() {
      stop();
      panel.setState('cut');
    },
    /** Short poll asks every two seconds; long poll (the default) has the service hold the question for up to 25 s. */
    setShort(wanted) {
      short = wanted;
      if (!connected) return;
      stop();
      ask();
    },
    publish(data) {
      const body = JSON.stringify({ channel, data });
      return $.ajax({ method: 'POST', url, headers, contentType: 'application/json', data: body }).catch((xhr) => {
        throw new Error(reason(xhr));
      });
    },
  };
}

/** Errors are application/problem+json: words for people beside a code for programs. */
function reason(xhr) {
  if (xhr.status === 0) return t('note.noAnswer');
  return xhr.responseJSON?.detail ?? `${xhr.status} ${xhr.statusText}`;
}
