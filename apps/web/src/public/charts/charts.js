import { loadScript } from '../transports/services.js';
import { language } from '../texts/texts.js';

const SAMPLES_KEPT = 120;
const SAMPLE_EVERY_MS = 1000;
const HEIGHT = 180;

const FIGURES = {
  latency: (_account, panel) => panel.latency.value,
  bytes: ({ received, sent, publishBytes }) => (received + sent + publishBytes) / 1000,
  requests: ({ requests }, { delivered }) => (delivered === 0 ? undefined : requests / delivered),
};

/** Three charts over the last two minutes, one line per transport, drawn by uPlot, which is loaded when the page stands. */
export class Charts {
  #root;
  #lanes;
  #accounts;
  #times = [];
  #samples = Object.fromEntries(Object.keys(FIGURES).map((figure) => [figure, []]));
  #plots = [];

  constructor(root, lanes, accounts) {
    this.#root = root;
    this.#lanes = lanes;
    this.#accounts = accounts;
  }

  async draw() {
    await Promise.all([loadScript('/vendor/uPlot.iife.min.js'), loadStyle('/vendor/uPlot.min.css')]);
    this.#create();
    this.#followSize();
    // The colours are those of the style sheet, which a canvas has to be given again when the theme changes.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#create());
    setInterval(() => this.#sample(), SAMPLE_EVERY_MS);
    this.#sample();
    this.#root.dataset.drawn = '';
  }

  #sample() {
    this.#times.push(Date.now() / 1000);
    if (this.#times.length > SAMPLES_KEPT) this.#times.shift();
    for (const [figure, read] of Object.entries(FIGURES)) {
      const sample = this.#lanes.map(({ name, panel }) => read(this.#accounts[name], panel) ?? null);
      this.#samples[figure].push(sample);
      if (this.#samples[figure].length > SAMPLES_KEPT) this.#samples[figure].shift();
    }
    for (const { plot, figure } of this.#plots) plot.setData(this.#dataOf(figure));
  }

  #dataOf(figure) {
    return [this.#times, ...this.#lanes.map((_, index) => this.#samples[figure].map((sample) => sample[index]))];
  }

  #create() {
    this.#plots.forEach(({ plot }) => plot.destroy());
    this.#plots = [...this.#root.querySelectorAll('[data-chart]')].map((element) => {
      const box = element.querySelector('.plot');
      const figure = element.dataset.chart;
      const plot = new window.uPlot(options(box, this.#lanes), this.#dataOf(figure), box);
      return { plot, figure, box };
    });
  }

  #followSize() {
    new ResizeObserver(() => {
      for (const { plot, box } of this.#plots) plot.setSize({ width: box.clientWidth, height: HEIGHT });
    }).observe(this.#root);
  }
}

function options(box, lanes) {
  const styles = getComputedStyle(box);
  const colour = (name) => styles.getPropertyValue(`--${name}`).trim();
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' });
  const axis = {
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    font: `11px ${styles.fontFamily}`,
  };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, _low, high) => [0, Math.max(high ?? 0, 1) * 1.1] } },
    axes: [
      { ...axis, size: 26, space: 90, values: (_, times) => times.map((seconds) => time.format(seconds * 1000)) },
      { ...axis, size: 46 },
    ],
    series: [{}, ...lanes.map(({ name }) => ({ stroke: colour(name), width: 2, points: { size: 4 } }))],
  };
}

function loadStyle(url) {
  return new Promise((resolve, reject) => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url });
    link.onload = resolve;
    link.onerror = () => reject(new Error(url));
    document.head.append(link);
  });
}
