import { FaultLog } from './fault-log.js';
import { WireView } from './wire-view.js';
import { askSwitches, offered, proxies } from './proxies.js';
import { t } from '../texts/texts.js';

const FAULTS = ['block-websocket', 'buffer', 'slow'];

/** Its response never ends, so a proxy that buffers holds its messages back. */
const HELD_BY_BUFFER = 'sse';

/** How often the page asks for what crossed the wire. */
const LOOK_AGAIN_MS = 1000;

/** How long the panels are refused before the page gives them a token that is valid: an EventSource waits before it tries again. */
const REFUSED_FOR_S = 8;

/** The section with the faults: a link where the server offers them, and the switches where the page uses them. */
export async function setUpFaults(section, lanes, token) {
  const link = part(section, 'faults-link');
  const query = new URLSearchParams(location.search);
  if (proxies) query.delete('faults');
  else query.set('faults', 'on');
  link.href = `?${query}`;
  link.textContent = t(proxies ? 'faults.leave' : 'faults.enter');
  if (!proxies) {
    section.hidden = (await offered) === null;
    return;
  }
  document.querySelector('.panels').after(section);
  section.hidden = false;
  part(section, 'faults-on').hidden = false;
  keepInAddress();
  const say = (text) => (part(section, 'faults-status').textContent = text);
  const act = (work) => work().catch((error) => say(error.message));
  part(section, 'faults').append(...FAULTS.map((fault) => switchRow(fault, lanes, act)), cutRow(lanes, act));
  part(section, 'restart').addEventListener('click', () => act(() => change({ fault: 'restart' })));
  setUpExpiry(part(section, 'expire'), lanes, token, act, say);
  const view = new WireView(part(section, 'wire-dialog'));
  const logs = new Map(lanes.map((lane) => [lane.name, createLog(section, lane, view)]));
  const { panel } = lanes.find(({ name }) => name === HELD_BY_BUFFER);
  panel.setHeld(proxies.active[HELD_BY_BUFFER].includes('buffer'));
  follow(logs, view, (isHeld) => panel.setHeld(isHeld));
}

const part = (root, role) => root.querySelector(`[data-role="${role}"]`);

const change = (body) => askSwitches('faults', { method: 'POST', body });

/** The form that opens another channel stays with the proxies. */
function keepInAddress() {
  const input = Object.assign(document.createElement('input'), { type: 'hidden', name: 'faults', value: 'on' });
  document.querySelector('[data-role="channel"]').form.append(input);
}

function row(title, lanes, cells) {
  const columns = [t('faults.all'), ...lanes.map(({ name }) => t(`${name}.name`))];
  const line = document.createElement('tr');
  const head = Object.assign(document.createElement('th'), { scope: 'row', textContent: title });
  line.append(
    head,
    ...cells.map((cell, index) => {
      const box = document.createElement('td');
      box.dataset.column = columns[index];
      box.append(cell);
      return box;
    }),
  );
  return line;
}

function switchRow(fault, lanes, act) {
  const title = t(`faults.${fault}`);
  const boxes = lanes.map(({ name }) => {
    const box = checkbox(`${fault}-${name}`, t('faults.for', { fault: title, transport: t(`${name}.name`) }));
    box.checked = proxies.active[name].includes(fault);
    box.addEventListener('change', () => act(() => change({ fault, on: box.checked, transport: name })).then(showAll));
    return box;
  });
  const all = checkbox(`${fault}-all`, t('faults.for', { fault: title, transport: t('faults.all') }));
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked;
    act(() => change({ fault, on: all.checked }));
  });
  const showAll = () => (all.checked = boxes.every((box) => box.checked));
  showAll();
  return row(title, lanes, [all, ...boxes]);
}

function checkbox(role, label) {
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', ariaLabel: label });
  box.dataset.fault = role;
  return box;
}

function cutRow(lanes, act) {
  const buttons = [undefined, ...lanes.map(({ name }) => name)].map((transport) => {
    const words = { fault: t('faults.cut'), transport: t(transport ? `${transport}.name` : 'faults.all') };
    const button = Object.assign(document.createElement('button'), {
      type: 'button',
      textContent: t('faults.cutNow'),
      ariaLabel: t('faults.for', words),
    });
    button.dataset.fault = `cut-${transport ?? 'all'}`;
    button.addEventListener('click', () => act(() => change({ fault: 'cut', transport })));
    return button;
  });
  return row(t('faults.cut'), lanes, buttons);
}

/** The panels get a copy of the page's token that expires soon, and the page's own when it has. */
function setUpExpiry(button, lanes, token, act, say) {
  button.disabled = !proxies.canExpire || !token;
  if (button.disabled) say(t('faults.noToken'));
  const expire = async () => {
    const headers = { Authorization: `Bearer ${token}` };
    const short = await askSwitches('short-token', { method: 'POST', headers });
    say(t('faults.expiring', { seconds: short.expiresInS }));
    for (const lane of lanes) lane.useToken(short.token);
    await new Promise((resolve) => setTimeout(resolve, 1000 * (short.expiresInS + REFUSED_FOR_S)));
    say(t('faults.renewed'));
    for (const lane of lanes) lane.useToken(token);
  };
  button.addEventListener('click', () => act(expire));
}

function createLog(section, { name, panel }, view) {
  const box = part(section, 'faults-logs').querySelector(`[data-log="${name}"]`);
  part(box, 'wire-open').addEventListener('click', () => view.open(name));
  return new FaultLog(box.querySelector('ol'), panel);
}

/** Asks for what is new, one request after the other. Calls `hold` when a proxy begins or ends to hold a stream back. */
async function follow(logs, view, hold) {
  let last = 0;
  for (;;) {
    const entries = await askSwitches(`wire?after=${last}`).catch(() => []);
    view.add(entries);
    for (const { transport, kind, event, fault, time } of entries) {
      if (kind !== 'event') continue;
      if (transport === HELD_BY_BUFFER && fault === 'buffer') hold(event === 'fault-on');
      logs.get(transport).add('proxy', t(`faults.event.${event}`, { fault: fault && t(`faults.${fault}`) }), time);
    }
    last = entries.at(-1)?.number ?? last;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
