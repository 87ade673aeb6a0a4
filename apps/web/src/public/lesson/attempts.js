/**
 * Runs inside two frames, one of the page's origin and one without any (it is sandboxed, so its requests carry `Origin: null`): asks
 * the three services, and tells the page what the browser lets a script know.
 */
(async () => {
  const { channel, polling, sse, websocket } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const query = new URLSearchParams({ channel });

  const outcomes = await Promise.all([
    fetch(`${polling}/polling?${query}`).then(
      ({ status, statusText }) => ({ attempt: 'fetch', outcome: `${status} ${statusText}` }),
      (error) => ({ attempt: 'fetch', outcome: String(error) }),
    ),
    new Promise((resolve) => {
      const source = new EventSource(`${sse}/sse?${query}`);
      source.onopen = source.onerror = ({ type }) => {
        source.close();
        resolve({ attempt: 'eventSource', outcome: type });
      };
    }),
    new Promise((resolve) => {
      const socket = new WebSocket(`${websocket.replace(/^http/, 'ws')}/ws?${query}`, 'tetracast.v1');
      socket.onopen = socket.onerror = ({ type }) => {
        socket.close();
        resolve({ attempt: 'webSocket', outcome: type });
      };
    }),
  ]);
  parent.postMessage(outcomes, '*');

  // The answer to a form replaces the frame: the reader sees the server's words, although no script may.
  const form = document.querySelector('form');
  if (form === null) return;
  form.action = `${polling}/polling`;
  form.elements.channel.value = channel;
  form.submit();
})();
