import { FollowEnd } from './follow-end.js';
import { language, t } from '../texts/texts.js';

/** Older rows leave the page beyond this many; the ledger and the numbers continue. */
const ROWS_KEPT = 500;

const SENDERS = ['polling', 'sse', 'websocket', 'socketio', 'sdk'];
const TIME = new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' });
const RESETS = ['trimmed', 'epoch', 'ahead', 'invalid'];

/** The rows of one panel, oldest first, scrolled to the newest unless the reader has scrolled up. */
export class MessageList {
  #list;
  #number = 0;
  #end;

  constructor(list) {
    this.#list = list;
    this.#end = new FollowEnd(list.parentElement);
  }

  addMessage({ id, time, data }) {
    const text = textOf(data);
    const from = SENDERS.includes(data?.from) ? data.from : 'other';
    const by = t(`message.from.${from}`);
    const row = element('li', { class: 'message', 'data-id': id, 'data-text': text, 'data-from': from, title: id });
    const at = new Date(time);
    row.append(
      element('span', { class: 'number' }, String((this.#number += 1))),
      element('span', { class: 'text' }, text),
      element('span', { class: 'from', title: t('message.from', { from: by }) }, by),
      element('time', { datetime: at.toISOString() }, TIME.format(at)),
    );
    this.#append(row);
  }

  addReset({ reason }) {
    const row = element('li', { class: 'reset', 'data-reset': reason });
    const meaning = t(`reset.${RESETS.includes(reason) ? reason : 'other'}`);
    row.append(element('strong', {}, t('reset.title', { reason })), ` – ${meaning}`);
    this.#append(row);
  }

  clear() {
    this.#number = 0;
    this.#list.replaceChildren();
  }

  #append(row) {
    this.#list.append(row);
    if (this.#list.childElementCount > ROWS_KEPT) this.#list.firstElementChild.remove();
    this.#end.show();
  }
}

/** The lab sends `{text, from, sent}`; anybody else may send any JSON to the same channel. */
function textOf(data) {
  if (typeof data === 'string') return data;
  return typeof data?.text === 'string' ? data.text : JSON.stringify(data);
}

function element(name, attributes, text = '') {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}
