import { Panel } from './panel.js';
import { showCode } from './code-view.js';
import { loadTransport } from '../transports/load-transport.js';
import { t, translate } from '../texts/texts.js';

/** The line that starts each transport. */
const CALLS = {
  polling: "$.ajax({ url: '/polling', … })",
  sse: "new EventSource('/sse?…')",
  websocket: "new WebSocket('/ws?…')",
  socketio: 'io({ auth: { channels } })',
  sdk: 'Tetracast.createClient().subscribe(…)',
};

/**
 * A lane is a panel and the transport behind it, which is made at the first join, once its stock client is on the page.
 * `page` is `{ channel, token, ledger, stopwatch, changed() }`.
 */
export function createLane(section, page) {
  const name = section.dataset.transport;
  fillSection(section, name);
  const panel = new Panel(section, name, page);
  const { channel } = page;
  let { token } = page;
  let create, transport;

  async function join() {
    panel.setState('connecting');
    panel.part('cut').disabled = !transport;
    try {
      create ??= await loadTransport(name);
      transport ??= create({ channel, panel, token });
      transport.join();
    } catch (error) {
      panel.setState('cut', error.message);
    }
    panel.part('cut').disabled = false;
  }

  /** Connects again with another token, from the cursor. */
  function useToken(next) {
    transport?.cut();
    transport = undefined;
    token = next;
    return join();
  }

  async function publish(text) {
    if (panel.state === 'cut') throw new Error(t('panel.isCut'));
    await transport.publish({ text, from: name, sent: page.stopwatch.stamp() });
  }

  async function publishTyped(event) {
    event.preventDefault();
    const box = panel.part('publish-text');
    const text = box.value;
    box.value = '';
    try {
      await publish(text);
      panel.note('');
    } catch (error) {
      box.value ||= text;
      panel.note(t('panel.notPublished', { reason: error.message }));
    }
  }

  panel.part('cut').addEventListener('change', ({ target }) => (target.checked ? transport.cut() : join()));
  panel.part('source').addEventListener('click', () => showCode(panel.part('code'), name));
  panel.part('short')?.addEventListener('change', ({ target }) => transport?.setShort(target.checked));
  panel.part('form').addEventListener('submit', publishTyped);
  return { name, panel, join, publish, useToken };
}

function fillSection(section, name) {
  section.append(document.querySelector('#panel').content.cloneNode(true));
  section.querySelector('h2').id = `${name}-title`;
  section.querySelector('.about code').textContent = CALLS[name];
  const extra = document.querySelector(`#${name}-extra`);
  if (extra) section.querySelector('[data-role="fact"]').replaceWith(extra.content.cloneNode(true));
  translate(section, name);
}
