import { Median, formatMs, nowMs } from './meters.js';
import { MessageList } from './message-list.js';
import { Diagram } from '../wire/diagram.js';
import { t } from '../texts/texts.js';

/**
 * What one transport shows, or the SDK. Its file calls setState, moveTo, receive, showReset and note; `cursor` is the position from
 * which it resumes after a cut. It is kept here, so that it outlives the connection.
 */
export class Panel {
  cursor = '';
  state = 'connecting';
  why = '';
  over = '';
  delivered = 0;
  latency = new Median();
  #section;
  #page;
  #messages;
  #diagram;
  #connectedAtMs = Infinity;
  #isHeld = false;
  #resets = 0;

  /** `page` is `{ ledger, stopwatch, changed() }`: what the panels have in common. */
  constructor(section, transport, page) {
    this.transport = transport;
    this.#section = section;
    this.#page = page;
    this.#messages = new MessageList(this.part('messages'));
    this.#diagram = new Diagram(section.querySelector('.diagram'));
    this.write('state', t('state.connecting'));
    page.ledger.open(transport);
  }

  part(role) {
    return this.#section.querySelector(`[data-role="${role}"]`);
  }

  write(role, text) {
    const part = this.part(role);
    if (part && part.textContent !== String(text)) part.textContent = text;
  }

  /** `connecting`, `connected`, `reconnecting` or `cut`; `why` is for the reader; `over` is the transport, where a panel has several. */
  setState(state, why = '', over = '') {
    const isNew = state !== this.state;
    if (state !== 'connected') this.#connectedAtMs = Infinity;
    else if (isNew) this.#connectedAtMs = nowMs();
    if (isNew || why) this.note(over ? '' : why);
    if (over) this.over = this.#section.dataset.over = over;
    if (this.over) this.write('fact', state === 'connected' ? why : '');
    this.state = state;
    this.why = why;
    this.#section.dataset.state = state;
    this.#showState();
    this.part('cut').checked = state === 'cut';
    this.#page.changed();
  }

  /** A proxy holds the stream back, or no longer does. The client does not know: its state stays as it is. */
  setHeld(isHeld) {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.note('');
    this.#showState();
  }

  moveTo(cursor) {
    this.cursor = cursor;
    this.write('cursor', cursor || t('meter.cursor.none'));
    this.part('cursor').title = cursor;
  }

  receive(message) {
    this.moveTo(message.id);
    // An EventSource gets only events whose names it knows, so all panels show the one that needs no name.
    if ((message.event ?? 'message') !== 'message') return;
    this.delivered += 1;
    this.#measure(message.data?.sent);
    this.#messages.addMessage(message);
    this.#page.ledger.add(this.transport, message.id);
    this.#page.changed();
  }

  showReset(reset) {
    this.moveTo(reset.cursor);
    this.#resets += 1;
    this.#messages.addReset(reset);
    this.#page.ledger.forgive(this.transport);
    this.#page.changed();
  }

  /** One arrow of the diagram; see wire/crossings.js. */
  draw(crossing) {
    this.#diagram.add(crossing);
  }

  /** Without a text the note says what else there is to say. */
  note(text) {
    const shown = text || (this.#isHeld && this.state !== 'cut' ? t('note.held') : '');
    this.write('note', shown);
    this.part('note').title = shown;
  }

  /** `found` is what the ledger knows about this panel. */
  showVerdict({ received, missing, waiting, duplicated, misplaced }) {
    const faults = Object.entries({ missing, duplicated, misplaced })
      .filter(([, count]) => count > 0)
      .map(([fault, count]) => t(`verdict.${fault}`, { count }));
    let [verdict, rest] = ['complete', t('verdict.complete')];
    if (faults.length > 0) [verdict, rest] = ['broken', faults.join(t('verdict.and'))];
    else if (waiting > 0) [verdict, rest] = ['waiting', t('verdict.waiting', { count: waiting })];
    else if (this.#resets > 0) [verdict, rest] = ['reset', t('verdict.reset')];
    this.part('verdict').dataset.verdict = verdict;
    this.write('verdict', t(received === 1 ? 'verdict.message' : 'verdict.messages', { count: received, rest }));
  }

  clear() {
    this.#resets = 0;
    this.#messages.clear();
    this.#diagram.clear();
  }

  #showState() {
    const shown = this.#isHeld && this.state === 'connected' ? 'held' : this.state;
    this.part('state').dataset.state = shown;
    this.write('state', t(`state.${shown}`));
  }

  /** A message that waited behind a cut would measure the cut: only those sent while the connection was open count. */
  #measure(sent) {
    const elapsedMs = this.#page.stopwatch.elapsedMs(sent);
    if (elapsedMs === undefined || sent < this.#connectedAtMs) return;
    this.write('latency', formatMs(this.latency.add(elapsedMs)));
  }
}
