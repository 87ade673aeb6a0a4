// A price ticker with the browser's WebSocket that survives a laptop's sleep.
import { language, t } from '../texts/texts.js';
import { backoffMs } from '../transports/backoff.js';
import { originOf } from '../transports/services.js';

const server = originOf('websocket').replace('http', 'ws');
const element = (id) => document.getElementById(id);
let [socket, cursor, failures, heardAt, price] = [null, '', 0, 0, 100];

function connect() {
  const mine = (socket = new WebSocket(`${server}/ws?channel=prices&after=${cursor}`));
  heardAt = Date.now();
  mine.onmessage = ({ data }) => mine === socket && take(JSON.parse(data));
  mine.onclose = ({ code }) => mine === socket && lost(code);
}

function take(frame) {
  heardAt = Date.now();
  cursor = frame.cursor ?? frame.id ?? cursor; // the position from which to resume
  if (frame.type === 'message') element('price').textContent = (price = Number(frame.data)).toFixed(2);
  if (frame.type === 'reset') say(t('demo.ticker.reset', { reason: frame.reason }));
  if (frame.type !== 'subscribed') return;
  failures = 0;
  say(t('state.connected'));
}

function lost(why) {
  socket = null;
  if (why >= 4000 && why < 4100) return say(t('note.refused', { reason: why }));
  const delayMs = backoffMs(failures++);
  say(t('demo.ticker.lost', { why, cursor, seconds: (delayMs / 1000).toFixed(1) }));
  setTimeout(connect, delayMs);
}

// After a sleep a browser may keep a dead connection for minutes: a ping without an answer shows it.
setInterval(() => {
  if (!socket) return;
  const silentMs = Date.now() - heardAt;
  if (silentMs > 10_000) {
    socket.close();
    lost(t('demo.ticker.silent'));
  } else if (silentMs > 5000 && socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping"}');
}, 1000);

setInterval(() => {
  if (!element('maker').checked || socket?.readyState !== WebSocket.OPEN) return;
  const data = Math.max(1, price + Math.random() - 0.5);
  socket.send(JSON.stringify({ type: 'publish', channel: 'prices', data }));
}, 1000);

function say(text) {
  element('state').textContent = text;
  const row = document.createElement('li');
  row.textContent = `${new Date().toLocaleTimeString(language)} ${text}`;
  element('log').append(row);
}

connect();
