import { language, t } from '../texts/texts.js';

/** Older rows leave the page beyond this many; the ledger and the numbers continue. */
const ROWS_KEPT = 500;

const SENDERS = ['polling', 'sse', 'websocket', 'socketio'];
const TIME = new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' });
const RESETS = ['trimmed', 'epoch', 'ahead', 'invalid'];

/** The rows of one panel, oldest first, scrolled to the newest unless the reader has scrolled up. */
export class MessageList {
  #list;
  #number = 0;
  #followsEnd = true;
  #top = 0;

  constructor(list) {
    this.#list = list;
    const box = list.parentElement;
    box.addEventListener('scroll', () => this.#scrolled(box), { passive: true });
    new ResizeObserver(() => this.#showEnd(box)).observe(box);
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
    this.#showEnd(this.#list.parentElement);
  }

  /** A box that became lower has its end farther away as well: only who scrolls up reads what is above. */
  #scrolled(box) {
    const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    this.#followsEnd = isAtEnd || (this.#followsEnd && box.scrollTop >= this.#top);
    this.#top = box.scrollTop;
  }

  #showEnd(box) {
    if (this.#followsEnd) box.scrollTop = box.scrollHeight;
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
