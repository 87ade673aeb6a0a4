const LATENCY_SAMPLES = 50;

/** Epoch milliseconds with a fraction: `Date.now()` is too coarse for a message that takes less than one. */
export const nowMs = () => performance.timeOrigin + performance.now();

/** Stamps what this page publishes, and knows its own stamps again: another computer's clock measures nothing here. */
export class Stopwatch {
  #ours = new Set();

  stamp() {
    const sent = nowMs();
    this.#ours.add(sent);
    return sent;
  }

  /** Milliseconds since `sent`; undefined when the stamp is not ours. */
  elapsedMs(sent) {
    return this.#ours.has(sent) ? nowMs() - sent : undefined;
  }
}

/** The median of the last 50 samples: one slow message must not colour the figure, nor an old one. */
export class Median {
  #samples = [];

  /** The median with this sample. */
  add(sample) {
    this.#samples.push(sample);
    if (this.#samples.length > LATENCY_SAMPLES) this.#samples.shift();
    return this.value;
  }

  /** Undefined without a sample. */
  get value() {
    const sorted = this.#samples.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  clear() {
    this.#samples = [];
  }
}

const encoder = new TextEncoder();

export const byteLength = (text) => encoder.encode(text).length;

export function formatBytes(count) {
  if (count < 1000) return `${count} B`;
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

export function formatMs(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
