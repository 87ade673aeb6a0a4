import { backoffMs } from './backoff.js';
import { t } from '../texts/texts.js';

/**
 * WebSocket, bare: the browser gives frames and a close code, everything else is ours. That is to say: when to come
 * back, from where to go on, and which `ack` belongs to which `publish`.
 */
export function websocket({ origin, channel, panel, token }) {
  const url = `${origin.replace(/^http/, 'ws')}/ws`;
  // A browser's WebSocket can set no headers: a subprotocol that is offered besides brings the token.
  const protocols = token ? ['tetracast.v1', `tetracast.token.${token}`] : ['tetracast.v1'];
  const waiting = new Map(); // ref → the promise of one publish
  let socket = null;
  let timer;
  let failures = 0;
  let lastRef = 0;
  let subscribed = false;
  let refusal = ''; // what the server said was wrong, before it closed

  const on = {
    // "subscribed" is the moment from which nothing can be missed; before it the connection is only half open.
    subscribed() {
      failures = 0;
      subscribed = true;
      panel.setState('connected');
    },
    // The server answers in order. So far it has said nothing: it waits for a token, which may come in a frame.
    pong: () => subscribed || refused(t('note.tokenNeeded')),
    message: (frame) => panel.receive(frame),
    reset: (frame) => panel.showReset(frame),
    ack: ({ ref }) => settle(ref)?.resolve(),
    error({ ref, message }) {
      const publish = settle(ref);
      if (publish) publish.reject(new Error(message));
      else panel.note((refusal = message));
    },
  };

  function connect() {
    const query = new URLSearchParams({ channel });
    if (panel.cursor) query.set('after', panel.cursor);
    const mine = new WebSocket(`${url}?${query}`, protocols);
    mine.onmessage = (event) => {
      const frame = JSON.parse(event.data);
      on[frame.type]?.(frame); // types unknown here (welcome, later ones) are no fault
    };
    // The server gives a client without a token 10 s to send one. This page has none to send, so it asks at once.
    if (!token) mine.onopen = () => mine.send('{"type":"ping"}');
    mine.onclose = (event) => {
      if (socket === mine) closed(event); // else: our own cut()
    };
    socket = mine;
    subscribed = false;
    refusal = '';
  }

  /** The range of the code is the service's advice. A refused handshake has only 1006. */
  function closed({ code, reason }) {
    giveUpWaiting();
    const isOurFault = code === 1008 || code === 1009 || (code >= 4000 && code <= 4099);
    if (isOurFault) return refused(refusal || reason || code);
    const atOnce = code >= 4200 && code <= 4299 && failures === 0;
    const delayMs = atOnce ? 0 : backoffMs(failures);
    failures += 1;
    timer = setTimeout(connect, delayMs);
    panel.setState('reconnecting', t('note.closed', { code, seconds: (delayMs / 1000).toFixed(1) }));
  }

  function refused(reason) {
    leave();
    panel.setState('cut', t('note.refused', { reason }));
  }

  function leave() {
    const mine = socket;
    socket = null;
    mine?.close();
    giveUpWaiting();
  }

  function settle(ref) {
    const promise = waiting.get(ref);
    waiting.delete(ref);
    return promise;
  }

  function giveUpWaiting() {
    for (const { reject } of waiting.values()) reject(new Error(t('note.lostBeforeAnswer')));
    waiting.clear();
  }

  return {
    join: connect,
    cut() {
      clearTimeout(timer);
      leave();
      panel.setState('cut');
    },
    publish(data) {
      if (socket?.readyState !== WebSocket.OPEN) return Promise.reject(new Error(t('note.notOpen')));
      const ref = String((lastRef += 1));
      socket.send(JSON.stringify({ type: 'publish', channel, data, ref }));
      return new Promise((resolve, reject) => waiting.set(ref, { resolve, reject }));
    },
  };
}
