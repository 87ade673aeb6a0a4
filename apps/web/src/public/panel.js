import { Median, byteLength, formatBytes, formatMs, nowMs } from './meters.js';
import { MessageList } from './message-list.js';

/**
 * What one transport shows. The transport's file calls setState, moveTo, receive, showReset, note and the counters;
 * `cursor` is where it resumes after a cut; it is kept here, so that it outlives the connection.
 */
export class Panel {
  cursor = '';
  state = 'connecting';
  #section;
  #page;
  #messages;
  #latency = new Median();
  #connectedAtMs = Infinity;
  #requests = 0;
  #bytes = 0;
  #resets = 0;

  /** `page` is `{ ledger, stopwatch, changed() }`: what the four panels have in common. */
  constructor(section, transport, page) {
    this.transport = transport;
    this.#section = section;
    this.#page = page;
    this.#messages = new MessageList(this.part('messages'));
    page.ledger.open(transport);
  }

  part(role) {
    return this.#section.querySelector(`[data-role="${role}"]`);
  }

  /** `connecting`, `connected`, `reconnecting` or `cut`; `why` is for the reader. */
  setState(state, why = '') {
    if (state !== 'connected') this.#connectedAtMs = Infinity;
    else if (this.state !== state) this.#connectedAtMs = nowMs();
    if (state !== this.state || why) this.note(why);
    this.state = state;
    this.#section.dataset.state = state;
    this.part('state').dataset.state = state;
    this.#write('state', state);
    this.part('cut').checked = state === 'cut';
    this.#page.changed();
  }

  moveTo(cursor) {
    this.cursor = cursor;
    this.#write('cursor', cursor || 'none yet');
    this.part('cursor').title = cursor;
  }

  receive(message) {
    this.moveTo(message.id);
    // An EventSource gets only events whose names it knows, so all panels show the one that needs no name.
    if ((message.event ?? 'message') !== 'message') return;
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

  countRequest() {
    this.#write('requests', (this.#requests += 1));
  }

  countBytes(text) {
    this.#write('bytes', formatBytes((this.#bytes += byteLength(text))));
  }

  describe(fact) {
    this.#write('fact', fact);
  }

  note(text) {
    this.#write('note', text);
    this.part('note').title = text;
  }

  /** `found` is what the ledger knows about this panel. */
  showVerdict({ received, missing, waiting, duplicated, misplaced }) {
    const faults = [
      missing && `${missing} missing`,
      duplicated && `${duplicated} duplicated`,
      misplaced && `${misplaced} in another order`,
    ].filter(Boolean);
    let [verdict, text] = ['complete', 'none lost or doubled'];
    if (faults.length > 0) [verdict, text] = ['broken', faults.join(', ')];
    else if (waiting > 0) [verdict, text] = ['waiting', `${waiting} to come`];
    else if (this.#resets > 0) [verdict, text] = ['reset', 'complete but for the reset'];
    this.part('verdict').dataset.verdict = verdict;
    this.#write('verdict', `${received} ${received === 1 ? 'message' : 'messages'}, ${text}`);
  }

  clear() {
    this.#resets = 0;
    this.#messages.clear();
  }

  /** A message that waited behind a cut would measure the cut: only those sent while the connection was open count. */
  #measure(sent) {
    const elapsedMs = this.#page.stopwatch.elapsedMs(sent);
    if (elapsedMs === undefined || sent < this.#connectedAtMs) return;
    this.#write('latency', formatMs(this.#latency.add(elapsedMs)));
  }

  #write(role, text) {
    const part = this.part(role);
    if (part && part.textContent !== String(text)) part.textContent = text;
  }
}
