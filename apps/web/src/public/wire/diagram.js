import { FollowEnd } from '../panel/follow-end.js';
import { t } from '../texts/texts.js';

/** How a connection begins is among them for long: a reader scrolls back to it. */
const ROWS_KEPT = 100;

/**
 * The traffic of one transport as a sequence diagram: the browser on the left, the server on the right, one arrow per message,
 * the newest at the bottom and in view unless the reader has scrolled up. While a request or a connection is open, its lifelines are drawn as bars.
 */
export class Diagram {
  #rows;
  #summary;
  #end;
  #open = 0;
  #counts = { up: 0, down: 0, none: 0 };

  constructor(root) {
    this.#rows = root.querySelector('[data-role="arrows"]');
    this.#end = new FollowEnd(this.#rows.parentElement);
    this.#summary = root.querySelector('[data-role="arrow-counts"]');
    this.#count();
  }

  add({ direction, kind, label, opens, closes, isEmpty, isPublish }) {
    if (opens) this.#open += 1;
    const row = document.createElement('li');
    row.className = ['arrow', direction, kind, isEmpty && 'empty', isPublish && 'publish'].filter(Boolean).join(' ');
    row.classList.toggle('open', this.#open > 0);
    const text = document.createElement('span');
    text.textContent = label;
    row.append(text);
    this.#rows.append(row);
    if (this.#rows.childElementCount > ROWS_KEPT) this.#rows.firstElementChild.remove();
    this.#end.show();
    if (closes) this.#open = Math.max(0, this.#open - 1);
    this.#rows.classList.toggle('open', this.#open > 0);
    this.#counts[direction] += 1;
    this.#count();
  }

  clear() {
    this.#rows.replaceChildren();
    this.#counts = { up: 0, down: 0, none: 0 };
    this.#count();
  }

  #count() {
    this.#summary.textContent = t('wire.counts', this.#counts);
  }
}
