// A chat room with the stock client of Socket.IO, which reconnects and resumes by itself.
import { t } from '../texts/texts.js';
import { loadScript, originOf, serviceOriginOf } from '../transports/services.js';

const element = (id) => document.getElementById(id);
const show = (text, id = 'state') => (element(id).textContent = text);
await loadScript(`${serviceOriginOf('socketio')}/socket.io/socket.io.min.js`);

const server = originOf('socketio');
const channel = `chat:${new URLSearchParams(location.search).get('room') ?? 'lobby'}`;
const client = (sessionStorage.client ??= String(Math.random())); // of this tab, also after a reload
const [members, names] = [new Map(), new Map()]; // who is there; the names of clients that have spoken
let cursor = 'earliest'; // each try starts here, at first with what was said before, as long as the server keeps it
const presence = (await askWhoIsThere()) || undefined; // if the server shows no members, the room works without

const socket = io(server, { auth: (answer) => answer({ channels: [channel], client, presence, after: cursor }) });
socket.on('message', (data, { id, client: author }) => {
  cursor = id;
  names.set(author, data?.name);
  add(`${data?.name}: ${data?.text}`);
});
socket.on('tetracast:join', (member) => showWho(members.set(member.id, member.client)));
socket.on('tetracast:leave', (member) => showWho(members.delete(member.id)));
socket.on('tetracast:reset', ({ reason, cursor: next }) => {
  cursor = next;
  add(t('demo.chat.reset', { reason }));
  if (presence) askWhoIsThere().then(showWho);
});
socket.on('connect', () => show(t('state.connected')));
socket.on('disconnect', (reason) => show(t('demo.reconnecting', { reason })));
socket.on('connect_error', ({ message }) => show(t('demo.notConnected', { reason: message })));

async function askWhoIsThere() {
  const response = await fetch(`${server}/presence?${new URLSearchParams({ channel, limit: 1000 })}`);
  members.clear();
  for (const member of (await response.json()).members ?? []) members.set(member.id, member.client);
  return response.ok;
}

element('name').value = localStorage.name ?? '';
element('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const data = { name: (localStorage.name = element('name').value), text: element('text').value };
  const publishing = socket.timeout(5000).emitWithAck('publish', { channel, data });
  const { ok, error } = await publishing.catch((late) => ({ error: late }));
  if (ok) element('text').value = '';
  else show(t('panel.notPublished', { reason: error.message })); // the text stays in its box
});

function add(line) {
  element('messages').append(Object.assign(document.createElement('li'), { textContent: line })); // never as HTML
  element('messages').lastChild.scrollIntoView({ block: 'nearest' });
  showWho();
}

function showWho() {
  const nameOf = (each) => (names.get(each) ?? t('demo.chat.guest')) + (each === client ? t('demo.you') : '');
  const there = [...new Set(members.values())].map(nameOf);
  if (presence) show(t('demo.chat.who', { count: there.length, names: there.join(t('verdict.and')) }), 'who');
}
