const BULK = 20;

/** The controls over all panels: many messages at once through one of them, and a clean page. */
export class PublishBar {
  onClear = () => {};
  #element;
  #lanes;

  constructor(element, lanes) {
    this.#element = element;
    this.#lanes = lanes;
    this.#part('bulk').addEventListener('click', () => this.#publishMany());
    this.#part('clear').addEventListener('click', () => {
      this.onClear();
      this.#say('Cleared. The connections and their cursors stay as they were.');
    });
  }

  /** One after the other: numbers are only in order if each waits for the answer to the one before it. */
  async #publishMany() {
    const button = this.#part('bulk');
    const name = this.#part('bulk-transport').value;
    const { publish } = this.#lanes.find(({ panel }) => panel.transport === name);
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true'; // not `disabled`: that would take the focus away
    let published = 0;
    try {
      while (published < BULK) {
        await publish(`${published + 1} of ${BULK}`);
        published += 1;
      }
      this.#say(`Published ${BULK} of ${BULK}.`);
    } catch (error) {
      this.#say(`Stopped after ${published} of ${BULK}: ${error.message}.`);
    }
    button.ariaDisabled = 'false';
  }

  #part(role) {
    return this.#element.querySelector(`[data-role="${role}"]`);
  }

  #say(text) {
    this.#part('status').textContent = text;
  }
}
