// A chat room with the stock client of Socket.IO, which reconnects and resumes by itself.
import { loadScript, originOf, serviceOriginOf } from '../transports/services.js';

const element = (id) => document.getElementById(id);
await loadScript(`${serviceOriginOf('socketio')}/socket.io/socket.io.min.js`);

const room = new URLSearchParams(location.search).get('room') ?? 'lobby';
const channel = `chat:${room}`;
let cursor = 'earliest'; // what was said before, as long as the server keeps it

const socket = io(originOf('socketio'), {
  // A function: each new try starts where the last one stopped.
  auth: (answer) => answer({ channels: [channel], after: cursor }),
});

socket.on('message', (data, { id }) => {
  const { name, text } = data ?? {};
  cursor = id;
  add(`${name}: ${text}`);
});
socket.on('tetracast:reset', ({ reason, cursor: next }) => {
  cursor = next;
  add(`— the server no longer has everything that was said (${reason}) —`);
});
socket.on('connect', () => show('connected'));
socket.on('disconnect', (reason) => show(`reconnecting: ${reason}`));
socket.on('connect_error', ({ message }) => show(`not connected: ${message}`));

element('name').value = localStorage.getItem('name') ?? '';
element('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const [name, text] = [element('name').value, element('text').value];
  localStorage.setItem('name', name);
  try {
    const answer = await socket.timeout(5000).emitWithAck('publish', { channel, data: { name, text } });
    if (!answer.ok) throw new Error(answer.error.message);
    element('text').value = '';
  } catch (error) {
    show(`not sent: ${error.message}`); // the text stays in its box
  }
});

function add(line) {
  const row = document.createElement('li');
  row.textContent = line; // never as HTML: anyone may have written it
  element('messages').append(row);
  row.scrollIntoView({ block: 'nearest' });
}

function show(state) {
  element('state').textContent = state;
}
