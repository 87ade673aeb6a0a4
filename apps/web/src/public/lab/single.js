import { keepChoices } from './keep-choices.js';
import { currentCursor } from '../transports/services.js';
import { takeToken } from '../transports/token.js';
import { loadTransport } from '../transports/load-transport.js';
import { t, translate } from '../texts/texts.js';

/** Runs the code of one transport on a page by itself: what a panel of the lab provides, in its shortest form. */
const name = location.pathname.match(/(\w+)\.html$/)[1];
const part = (role) => document.querySelector(`[data-role="${role}"]`);

translate(document);
keepChoices();
document.title = document.querySelector('h1').textContent = t('single.title', { transport: t(`${name}.name`) });
part('file').textContent = `transports/${name}.js`;
part('file').href = `../transports/${name}.js`;

const panel = {
  cursor: '',
  setState(state, why = '') {
    document.body.dataset.state = state;
    part('state').textContent = t(`state.${state}`);
    panel.note(why);
  },
  moveTo: (cursor) => (panel.cursor = cursor),
  receive({ id, data }) {
    panel.cursor = id;
    addRow(data?.text ?? JSON.stringify(data));
  },
  showReset({ cursor, reason }) {
    panel.cursor = cursor;
    addRow(t('reset.title', { reason }));
  },
  note: (text) => (part('note').textContent = text),
};

function addRow(text) {
  const row = document.createElement('li');
  row.textContent = text;
  part('messages').append(row);
}

const channel = new URLSearchParams(location.search).get('channel') ?? 'lab';
const token = takeToken();
panel.moveTo(await currentCursor(channel, token));
const create = await loadTransport(name);
const transport = create({ channel, panel, token });
transport.join();
document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await transport.publish({ text: part('text').value, from: name });
    part('text').value = '';
  } catch (error) {
    panel.note(t('panel.notPublished', { reason: error.message }));
  }
});
