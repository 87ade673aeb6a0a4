// An answer that comes word by word: it goes on after a reload, in a second tab, and on another transport in mid-sentence.
import { t } from '../texts/texts.js';
import { loadTransport } from '../transports/load-transport.js';
import { originOf, serviceOriginOf } from '../transports/services.js';
import { bearer, takeToken } from '../transports/token.js';

const element = (id) => document.getElementById(id);
const post = (url, token, body) => fetch(url, { method: 'POST', headers: bearer(token), body });
const client = (sessionStorage.tab ??= `tab-${Math.floor(Math.random() * 9000) + 1000}`); // also after a reload
const transports = await Promise.all([...element('transport').options].map(({ value }) => loadTransport(value)));
let [answer, reader] = []; // the channel of the answer, with a ticket for it; the transport that reads it
// What a transport, which runs the code of its panel in the lab, reports to. It begins at the cursor of this.
const panel = {
  moveTo: (cursor) => (panel.cursor = cursor),
  receive({ id, cursor = id, event, data }) {
    panel.moveTo(cursor);
    if (event === 'message') element('answer').append(data);
    if (event === 'tetracast:end') finish(data);
  },
  showReset: ({ cursor }) => element('answer').append(t('demo.answer.hole', { cursor: panel.moveTo(cursor) })),
  setState: (state, why = '') => panel.note(t('demo.answer.state', { state: t(`state.${state}`), why })),
  note: (text) => (element('state').textContent = text),
};

function read(from) {
  reader?.cut();
  panel.moveTo(from);
  reader = transports[element('transport').selectedIndex]({ panel, ...answer, token: answer.ticket });
  reader.join();
  element('stop').disabled = false;
}

function finish({ state, client: who = '–', error }) {
  reader = reader.cut();
  element('stop').disabled = true;
  panel.note(t(`demo.answer.${state}`, { who: who + (who === client ? t('demo.you') : ''), reason: error }));
}

function open() {
  answer = JSON.parse(localStorage.answer ?? 'null');
  element('answer').textContent = '';
  if (answer) read('earliest');
}

element('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const question = element('question').value || element('question').placeholder;
  const response = await post(`${serviceOriginOf('api')}/relay/demo`, takeToken(), question);
  if (!response.ok) return panel.note(t('demo.answer.none', { reason: (await response.json()).detail }));
  const [channel, ticket] = ['Tetracast-Channel', 'Tetracast-Ticket'].map((name) => response.headers.get(name));
  response.body.cancel(); // the answer goes on: it is read as in every other tab
  localStorage.answer = JSON.stringify({ channel, ticket });
  open();
});
const cancelUrl = () => `${originOf('polling')}/channels/${answer.channel}/cancel?client=${client}`;
element('stop').addEventListener('click', () => post(cancelUrl(), answer.ticket));
element('transport').addEventListener('change', () => reader && read(panel.cursor));
addEventListener('storage', ({ key }) => key === 'answer' && open()); // another tab has asked
open();
element('ask').disabled = false;
