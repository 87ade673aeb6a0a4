import { backoffMs } from './backoff.js';
import { bearer } from './token.js';
import { t } from '../texts/texts.js';

/**
 * Server-Sent Events with the browser's own EventSource. It reconnects by itself and sends the service where it
 * stopped (the Last-Event-ID header), so most of this file is about the one case in which it gives up. It can send no token:
 * where one is needed, a request that can gets a ticket for it, which is good for this stream and its reconnects only. A page that has a
 * `ticket` already needs none of that.
 */
export function sse({ origin, channel, panel, token, ticket }) {
  const url = `${origin}/sse`;
  let source, timer;
  let failures = 0;
  let joined = 0; // which join this is: a ticket may arrive after the cut

  async function connect() {
    const mine = (joined += 1);
    const query = new URLSearchParams({ channel });
    if (ticket) query.set('ticket', ticket);
    else if (token) {
      try {
        query.set('ticket', await getTicket());
      } catch (error) {
        if (mine === joined) refused(error);
        return;
      }
      if (mine !== joined) return;
    }
    // A new EventSource has forgotten its last id; the panel has not.
    if (panel.cursor) query.set('lastEventId', panel.cursor);
    source = new EventSource(`${url}?${query}`);
    source.onopen = () => {
      failures = 0;
      panel.setState('connected');
    };
    source.onmessage = (event) => panel.receive(JSON.parse(event.data));
    source.addEventListener('tetracast:end', (event) => panel.receive(JSON.parse(event.data)));
    source.addEventListener('tetracast:reset', (event) => panel.showReset(JSON.parse(event.data)));
    source.onerror = () => lost(mine);
  }

  async function getTicket() {
    const query = new URLSearchParams({ channel });
    const response = await fetch(`${url}/ticket?${query}`, { method: 'POST', headers: bearer(token) });
    if (response.ok) return (await response.json()).ticket;
    throw await problemIn(response);
  }

  /** What is wrong with the token stays wrong; anything else may pass. */
  function refused({ status, message }) {
    if (status >= 400 && status < 500) {
      panel.setState('cut', t('note.refused', { reason: message }));
      return;
    }
    timer = setTimeout(connect, backoffMs(failures++));
    panel.setState('reconnecting', message);
  }

  async function lost(mine) {
    if (source.readyState === EventSource.CONNECTING) {
      panel.setState('reconnecting', t('note.browserRetries'));
      return;
    }
    // Any status but 200 (a proxy's 502 will do) closes an EventSource for good: only a new one helps.
    const reason = token ? undefined : await whyRefused().catch((error) => error);
    if (mine === joined) refused(reason ?? new Error(t('note.gaveUp')));
  }

  /** An EventSource does not see why it was refused; another request does. With a token that is the one for a ticket. */
  async function whyRefused() {
    const response = await fetch(`${url}?${new URLSearchParams({ channel })}`);
    if (!response.ok) return problemIn(response);
    await response.body.cancel();
    return undefined;
  }

  return {
    join: connect,
    cut() {
      joined += 1;
      clearTimeout(timer);
      source?.close();
      panel.setState('cut');
    },
    /** The event stream goes one way only, so publishing is a separate request. */
    async publish(data) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...bearer(token) },
        body: JSON.stringify({ channel, data }),
      });
      if (!response.ok) throw await problemIn(response);
    },
  };
}

async function problemIn(response) {
  const problem = await response.json().catch(() => ({}));
  const error = new Error(problem.detail ?? `${response.status} ${response.statusText}`);
  return Object.assign(error, { status: response.status });
}
