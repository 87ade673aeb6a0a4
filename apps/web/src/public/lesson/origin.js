import { originOf } from '../transports/services.js';
import { t } from '../texts/texts.js';

/**
 * Asks the same servers twice: from a frame of this page's origin, and from one without an origin. The latter sends a form at last,
 * whose answer the browser shows in it: a person may read the server's words there, while no script of any page may.
 */
export function setUpOrigin(section, channel) {
  const answers = section.querySelector('[data-role="origin-answers"]');
  const parameters = new URLSearchParams({ channel });
  for (const transport of ['polling', 'sse', 'websocket']) parameters.set(transport, originOf(transport));

  section.querySelector('[data-role="other-origin"]').addEventListener('click', () => {
    const own = createFrame(`lesson/same-origin.html#${parameters}`);
    own.hidden = true;
    const other = createFrame(`lesson/other-origin.html#${parameters}`);
    other.setAttribute('sandbox', 'allow-scripts allow-forms');
    answers.replaceChildren(
      createAnswer('own', t('origin.from.own', { origin: location.origin }), own),
      createAnswer('other', t('origin.from.other'), createElement('h4', t('origin.serverAnswered')), other),
    );
  });
  addEventListener('message', ({ source, data }) => {
    const frame = [...answers.querySelectorAll('iframe')].find(({ contentWindow }) => contentWindow === source);
    frame?.parentElement.querySelector('ul').replaceChildren(...data.map(createOutcome));
  });
}

function createFrame(src) {
  return Object.assign(document.createElement('iframe'), { src, title: t('origin.frame') });
}

function createAnswer(origin, title, ...more) {
  const box = createElement('div', '');
  box.className = 'answer';
  box.dataset.origin = origin;
  box.append(createElement('h3', title), createElement('ul', ''), ...more);
  return box;
}

function createOutcome({ attempt, outcome }) {
  const item = createElement('li', t(`origin.${attempt}`, { outcome }));
  item.dataset.attempt = attempt;
  return item;
}

const createElement = (name, textContent) => Object.assign(document.createElement(name), { textContent });
