import { backoffMs } from './backoff.js';

/**
 * Server-Sent Events with the browser's own EventSource. It reconnects by itself and tells the service where it
 * stopped (the Last-Event-ID header), so most of this file is about the one case in which it gives up.
 */
export function sse({ origin, channel, panel }) {
  const url = `${origin}/sse`;
  let source, timer;
  let failures = 0;

  function connect() {
    const query = new URLSearchParams({ channel });
    // A new EventSource has forgotten its last id; the panel has not.
    if (panel.cursor) query.set('lastEventId', panel.cursor);
    panel.countRequest();
    source = new EventSource(`${url}?${query}`);
    source.onopen = () => {
      failures = 0;
      panel.setState('connected');
    };
    source.onmessage = (event) => {
      panel.countBytes(event.data);
      panel.receive(JSON.parse(event.data));
    };
    source.addEventListener('tetracast:reset', (event) => panel.showReset(JSON.parse(event.data)));
    source.onerror = lost;
  }

  function lost() {
    if (source.readyState === EventSource.CONNECTING) {
      panel.countRequest(); // the browser is at it already
      panel.setState('reconnecting', 'the browser tries again by itself');
      return;
    }
    // Any status but 200 (a proxy's 502 will do) closes an EventSource for good: only a new one helps.
    timer = setTimeout(connect, backoffMs(failures++));
    panel.setState('reconnecting', 'EventSource gave up; this page makes a new one');
  }

  return {
    join: connect,
    cut() {
      clearTimeout(timer);
      source.close();
      panel.setState('cut');
    },
    /** The event stream goes one way only, so publishing is a request of its own. */
    async publish(data) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ channel, data }),
      });
      if (response.ok) return;
      const problem = await response.json().catch(() => ({}));
      throw new Error(problem.detail ?? `${response.status} ${response.statusText}`);
    },
  };
}
