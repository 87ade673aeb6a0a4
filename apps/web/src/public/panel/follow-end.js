/** Keeps the end of a box that scrolls in view, unless the reader has scrolled up. */
export class FollowEnd {
  #box;
  #follows = true;
  #top = 0;

  constructor(box) {
    this.#box = box;
    box.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.show()).observe(box);
  }

  /** Call it after each change of what is in the box. */
  show() {
    if (this.#follows) this.#box.scrollTop = this.#box.scrollHeight;
  }

  /** A box that became lower has its end farther away as well: only who scrolls up reads what is above. */
  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 40;
    this.#follows = isAtEnd || (this.#follows && scrollTop >= this.#top);
    this.#top = scrollTop;
  }
}
