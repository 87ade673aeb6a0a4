import { t } from '../texts/texts.js';

/**
 * Socket.IO with its own client, as it comes. It reconnects, backs off and keeps the cursor by itself: the last
 * argument of every event is the cursor, and the client sends the latest one back when it returns.
 */
export function socketio({ origin, channel, panel, token }) {
  const socket = io(origin, {
    autoConnect: false,
    // A connection of the panel alone: `io()` would share it with every other `io()` of the page.
    forceNew: true,
    // A function, so that each new try names the place where the panel stands by then.
    auth: (answer) =>
      answer({ channels: [channel], ...(panel.cursor && { after: panel.cursor }), ...(token && { token }) }),
  });

  for (const event of ['message', 'tetracast:end']) {
    socket.on(event, (data, info) => panel.receive({ ...info, data }));
  }
  socket.on('tetracast:reset', (reset) => panel.showReset(reset));

  socket.on('connect', () => panel.setState('connected'));
  socket.on('disconnect', (reason) => {
    if (reason !== 'io client disconnect') lost(reason); // else: our own cut()
  });
  socket.on('connect_error', (error) => lost(error.message));

  /** `active` says whether the client will come back by itself; after a refusal it does not. */
  function lost(reason) {
    if (socket.active) panel.setState('reconnecting', reason);
    else panel.setState('cut', t('note.refused', { reason }));
  }

  return {
    join: () => socket.connect(),
    cut() {
      socket.disconnect();
      panel.setState('cut');
    },
    async publish(data) {
      if (!socket.connected) throw new Error(t('note.notOpen'));
      const answer = await socket.timeout(5000).emitWithAck('publish', { channel, data });
      if (!answer.ok) throw new Error(answer.error.message);
    },
  };
}
