/**
 * Runs in a frame that has no origin (it is sandboxed), so that its requests carry `Origin: null`. A classic script: a module would be
 * fetched under the very rule that is shown here.
 */
(async () => {
  const { channel, polling, sse, websocket } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const query = new URLSearchParams({ channel });

  const outcomes = await Promise.all([
    fetch(`${polling}/polling?${query}`).then(
      ({ status }) => ({ attempt: 'fetch', outcome: String(status) }),
      (error) => ({ attempt: 'fetch', outcome: String(error) }),
    ),
    new Promise((resolve) => {
      const source = new EventSource(`${sse}/sse?${query}`);
      source.onopen = source.onerror = ({ type }) => {
        resolve({ attempt: 'eventSource', outcome: `${type}, readyState ${source.readyState}` });
        source.close();
      };
    }),
    new Promise((resolve) => {
      const socket = new WebSocket(`${websocket.replace(/^http/, 'ws')}/ws?${query}`, 'tetracast.v1');
      socket.onopen = () => resolve({ attempt: 'webSocket', outcome: 'open' });
      socket.onclose = ({ code }) => resolve({ attempt: 'webSocket', outcome: `close ${code}` });
    }),
  ]);
  parent.postMessage(outcomes, '*');

  const form = document.querySelector('form');
  form.action = `${polling}/polling`;
  form.channel.value = channel;
  form.submit();
})();
