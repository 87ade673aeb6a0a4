import { describeFrames, describeHex } from './frames.js';
import { t } from '../texts/texts.js';

const ROWS_KEPT = 200;

/** The message inspector: the bytes that crossed the wire of one transport, in a dialog, as text or in hexadecimal. */
export class WireView {
  #dialog;
  #entries = [];
  #transport = '';

  constructor(dialog) {
    this.#dialog = dialog;
    this.#part('wire-hex').addEventListener('change', () => this.#showAll());
  }

  open(transport) {
    this.#transport = transport;
    this.#part('wire-title').textContent = t('wire.title', { transport: t(`${transport}.name`) });
    this.#showAll();
    this.#dialog.showModal();
  }

  /** Entries of any transport, oldest first. */
  add(entries) {
    const bytes = entries.filter(({ kind }) => kind !== 'event').map(decode);
    this.#entries.push(...bytes);
    // As many of each transport as are shown, whatever the others do.
    const rest = {};
    this.#entries = this.#entries
      .toReversed()
      .filter(({ transport }) => (rest[transport] = (rest[transport] ?? 0) + 1) <= ROWS_KEPT)
      .toReversed();
    if (this.#dialog.open && bytes.some(({ transport }) => transport === this.#transport)) this.#showAll();
  }

  #showAll() {
    const isHex = this.#part('wire-hex').checked;
    const rows = this.#entries
      .filter(({ transport }) => transport === this.#transport)
      .map((entry) => toRow(entry, isHex));
    const list = this.#part('wire');
    list.replaceChildren(...rows);
    list.parentElement.scrollTop = list.parentElement.scrollHeight;
  }

  #part(role) {
    return this.#dialog.querySelector(`[data-role="${role}"]`);
  }
}

function decode({ base64, ...entry }) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return { ...entry, bytes, text: entry.isFrames ? describeFrames(bytes) : new TextDecoder().decode(bytes) };
}

function toRow({ kind, connection, time, length, bytes, text }, isHex) {
  const row = document.createElement('li');
  row.dataset.kind = kind;
  const head = document.createElement('p');
  const at = new Date(time).toLocaleTimeString('en-GB');
  head.textContent = t(`wire.${kind}`, { at, connection, length });
  const code = document.createElement('code');
  code.textContent = isHex ? describeHex(bytes) : text;
  row.append(head, code);
  if (length > bytes.length) row.append(t('wire.cut', { count: length - bytes.length }));
  return row;
}
