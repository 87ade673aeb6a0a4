import { Ledger } from './ledger.js';
import { Panel } from './panel.js';
import { PublishBar } from './publish-bar.js';
import { Stopwatch } from './meters.js';
import { currentCursor, loadScript, originOf } from './services.js';
import { polling } from './polling.js';
import { showCode } from './code-view.js';
import { keepToken, takeToken } from './token.js';
import { socketio } from './socketio.js';
import { sse } from './sse.js';
import { websocket } from './websocket.js';

const TRANSPORTS = {
  polling: { create: polling, client: '/vendor/jquery.min.js' },
  sse: { create: sse },
  websocket: { create: websocket },
  socketio: { create: socketio, client: `${originOf('socketio')}/socket.io/socket.io.min.js` },
};

const token = takeToken();
const tokenField = document.querySelector('[data-role="token"]');
tokenField.value = token;
tokenField.form.addEventListener('submit', (event) => {
  event.preventDefault(); // it must not become a part of the address
  keepToken(tokenField.value);
  location.reload();
});

const parameters = new URLSearchParams(location.search);
const channel = parameters.get('channel')?.trim() || 'lab';
document.querySelector('[data-role="channel"]').value = channel;
document.querySelector('[data-role="history"]').checked = parameters.get('after') === 'earliest';

/** One repaint per frame, however many messages came in it. */
let frame = 0;
function changed() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    for (const { panel } of lanes) panel.showVerdict(ledger.check(panel.transport));
  });
}

const ledger = new Ledger();
const stopwatch = new Stopwatch();
const page = { ledger, stopwatch, changed };
const lanes = [...document.querySelectorAll('section[data-transport]')].map(createLane);

/** A lane is a panel and the transport behind it: made at the first join, once its stock client is on the page. */
function createLane(section) {
  const name = section.dataset.transport;
  section.append(document.querySelector('#panel').content.cloneNode(true));
  const panel = new Panel(section, name, page);
  const { create, client } = TRANSPORTS[name];
  let transport;

  async function join() {
    panel.setState('connecting');
    panel.part('cut').disabled = !transport;
    try {
      if (client && !transport) await loadScript(client);
      transport ??= create({ origin: originOf(name), channel, panel, token });
      transport.join();
    } catch (error) {
      panel.setState('cut', error.message);
    }
    panel.part('cut').disabled = false;
  }

  async function publish(text) {
    if (panel.state === 'cut') throw new Error('the connection is cut: join again to publish');
    await transport.publish({ text, from: name, sent: stopwatch.stamp() });
  }

  panel.part('cut').addEventListener('change', ({ target }) => (target.checked ? transport.cut() : join()));
  panel.part('source').addEventListener('click', () => showCode(panel.part('code'), `${name}.js`));
  panel.part('short')?.addEventListener('change', ({ target }) => transport?.setShort(target.checked));
  panel.part('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const box = panel.part('publish-text');
    const text = box.value;
    box.value = '';
    try {
      await publish(text);
      panel.note('');
    } catch (error) {
      box.value ||= text;
      panel.note(`Not published: ${error.message}`);
    }
  });
  return { panel, join, publish };
}

const bar = new PublishBar(document.querySelector('[data-role="bar"]'), lanes);
bar.onClear = () => {
  ledger.clear();
  for (const { panel } of lanes) panel.clear();
  changed();
};

const start = parameters.get('after') ?? (await currentCursor(channel, token));
for (const { panel, join } of lanes) {
  panel.moveTo(start);
  join();
}
