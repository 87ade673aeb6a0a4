import { Charts } from './charts.js';
import { publishMany } from '../panel/publish-bar.js';
import { formatBytes, formatMs } from '../panel/meters.js';
import { t } from '../texts/texts.js';

const MEASURED = 100;
/** With fewer messages, opening the connection would be most of their cost. */
const ENOUGH = 20;
const NONE = '–';

/** The table of what 100 messages cost, the button that measures it, and the charts. */
export function setUpCosts(section, lanes, accounts) {
  const part = (role) => section.querySelector(`[data-role="${role}"]`);
  const rows = Object.fromEntries(lanes.map(({ name }) => [name, appendRow(part('costs'), name)]));
  const charts = new Charts(part('charts'), lanes, accounts);
  const base = {};

  /** The figures since the last measurement began. */
  function since(name, { delivered }) {
    const now = { ...accounts[name], delivered };
    return Object.fromEntries(Object.entries(now).map(([key, value]) => [key, value - (base[name]?.[key] ?? 0)]));
  }

  function show() {
    for (const { name, panel } of lanes) {
      for (const [index, text] of costs(since(name, panel), panel.latency.value).entries()) {
        const cell = rows[name].cells[index + 1];
        if (cell.textContent !== text) cell.textContent = text;
      }
    }
    part('bytes-source').textContent = describeSource(accounts);
  }

  part('measure').addEventListener('click', async ({ currentTarget }) => {
    if (currentTarget.ariaDisabled === 'true') return;
    for (const { name, panel } of lanes) {
      base[name] = { ...accounts[name], delivered: panel.delivered };
      panel.latency.clear();
    }
    const say = (text) => (part('measure-status').textContent = text);
    const bar = part('measure-progress');
    const progress = (count) => (bar.value = count);
    say('');
    progress(0);
    bar.hidden = false;
    // The four take turns, so that each pays for publishing as well.
    const publishOf = (number) => lanes[number % lanes.length].publish;
    await publishMany(currentTarget, { total: MEASURED, publishOf, say, words: 'costs', progress });
    bar.hidden = true;
  });

  show();
  return { show, drawCharts: () => charts.draw() };
}

/** Each cell knows the head of its column, which a phone shows beside it. */
function appendRow({ tBodies: [body], tHead }, name) {
  const row = body.insertRow();
  row.dataset.costs = name;
  const head = document.createElement('th');
  head.scope = 'row';
  head.className = name;
  head.textContent = t(name === 'sse' ? 'sse.short' : `${name}.name`);
  row.append(head);
  for (const { textContent } of [...tHead.rows[0].cells].slice(1)) row.insertCell().dataset.column = textContent;
  return row;
}

/** The cells of one row: what was measured, scaled to 100 messages. */
function costs({ requests, received, sent, delivered, published, publishRequests, publishBytes }, latencyMs) {
  const per = (value, messages, format = String) =>
    messages < ENOUGH ? NONE : format(Math.round((value / messages) * MEASURED));
  return [
    per(requests, delivered),
    per(received + sent, delivered, formatBytes),
    per(publishRequests, published),
    per(publishBytes, published, formatBytes),
    latencyMs === undefined ? NONE : formatMs(latencyMs),
  ];
}

function describeSource(accounts) {
  const sum = (pick) => Object.values(accounts).reduce((total, account) => total + pick(account), 0);
  const told = sum((account) => account.told);
  const all = sum(({ received, sent, publishBytes }) => received + sent + publishBytes);
  if (told === 0) return t('chart.sourceCounted');
  return t('chart.source', { told: formatBytes(told), counted: formatBytes(all - told) });
}
