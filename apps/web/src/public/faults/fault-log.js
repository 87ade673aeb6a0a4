import { FollowEnd } from '../panel/follow-end.js';
import { t } from '../texts/texts.js';

const ROWS_KEPT = 60;

/** How long after a connection is back its panel has had time to catch up. */
const VERDICT_AFTER_MS = 1000;

/**
 * What happened to a transport and what its client did about it, in words, oldest first: the page learns later of what a proxy did
 * than of what its own client did.
 */
export class FaultLog {
  #list;
  #end;
  #panel;
  #lastState = '';
  #lastOver = '';
  #cursor = ''; // of the moment at which the connection was lost
  #timer;

  constructor(list, panel) {
    this.#list = list;
    this.#end = new FollowEnd(list);
    this.#panel = panel;
    const section = document.getElementById(panel.transport);
    new MutationObserver(() => this.#stateChanged()).observe(section, { attributeFilter: ['data-state', 'data-over'] });
  }

  /** `from`: `client`, or `proxy` for what the proxy and the server do. What repeats is one row, with its count. */
  add(from, text, time = Date.now()) {
    const before = [...this.#list.children].findLast((row) => isBefore(row.dataset, { from, time }));
    const same = [before, before ? before.nextElementSibling : this.#list.firstElementChild].find(
      (row) => row?.dataset.from === from && row.dataset.text === text,
    );
    if (same) {
      same.dataset.count = Number(same.dataset.count ?? 1) + 1;
      same.lastElementChild.textContent = ` × ${same.dataset.count}`;
      return;
    }
    const row = createRow(from, text, time);
    if (before) before.after(row);
    else this.#list.prepend(row);
    if (this.#list.childElementCount > ROWS_KEPT) this.#list.firstElementChild.remove();
    this.#end.show();
  }

  #stateChanged() {
    const { state, over, why } = this.#panel;
    if (state === this.#lastState && over === this.#lastOver) return;
    const wasConnected = this.#lastState === 'connected';
    if (wasConnected) this.#cursor = this.#panel.cursor;
    const values = { cursor: this.#cursor || t('meter.cursor.none'), why: why && t('faults.why', { why }) };
    if (state === 'connected') {
      this.add('client', t(this.#cursor ? 'faults.log.back' : 'faults.log.connected', values));
      clearTimeout(this.#timer);
      if (this.#cursor) this.#timer = setTimeout(() => this.#sayVerdict(), VERDICT_AFTER_MS);
    } else if (state === 'cut') this.add('client', t('faults.log.cut', values));
    else if (wasConnected) this.add('client', t('faults.log.lost', values));
    [this.#lastState, this.#lastOver] = [state, over];
  }

  #sayVerdict() {
    const { dataset, textContent } = this.#panel.part('verdict');
    const missing = dataset.verdict === 'complete' ? t('verdict.missing', { count: 0 }) : '';
    this.add('client', [missing, textContent].filter(Boolean).join(' – '));
  }
}

/** In the same millisecond the proxy comes first: the client answers to it. */
function isBefore(row, { from, time }) {
  return Number(row.time) < time || (Number(row.time) === time && (row.from === 'proxy' || from === 'client'));
}

function createRow(from, text, time) {
  const row = document.createElement('li');
  Object.assign(row.dataset, { from, text, time });
  const at = document.createElement('time');
  at.dateTime = new Date(time).toISOString();
  at.textContent = new Date(time).toLocaleTimeString('en-GB');
  row.append(at, ` ${text}`, document.createElement('span'));
  return row;
}
