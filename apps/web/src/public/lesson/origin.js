import { originOf } from '../transports/services.js';
import { language, t } from '../texts/texts.js';

const ATTEMPTS = ['fetch', 'eventSource', 'webSocket'];

/**
 * Asks the same servers twice: as this page, and from a frame without an origin. Then the frame sends a form, whose answer the browser
 * shows in it: a person may read the server's words there, while no script of any page can.
 */
export function setUpOrigin(section, channel) {
  const answers = section.querySelector('[data-role="origin-answers"]');
  const button = section.querySelector('[data-role="other-origin"]');
  button.addEventListener('click', async () => {
    answers.replaceChildren(
      column(t('origin.from.own', { origin: location.origin }), [await askHere(channel)]),
      column(t('origin.from.other'), [], askElsewhere(channel)),
    );
  });
}

async function askHere(channel) {
  const response = await fetch(`${originOf('polling')}/polling?${new URLSearchParams({ channel })}`);
  const outcome = t('origin.answered', { status: `${response.status} ${response.statusText}`.trim() });
  return { attempt: 'fetch', outcome };
}

function askElsewhere(channel) {
  const list = document.createElement('div');
  const frame = document.createElement('iframe');
  frame.title = t('origin.frame');
  frame.lang = language;
  frame.setAttribute('sandbox', 'allow-scripts allow-forms');
  const parameters = { channel, polling: originOf('polling'), sse: originOf('sse'), websocket: originOf('websocket') };
  frame.src = `lesson/other-origin.html#${new URLSearchParams(parameters)}`;
  addEventListener('message', function heard({ source, data }) {
    if (source !== frame.contentWindow) return;
    list.prepend(...data.map(line));
    removeEventListener('message', heard);
  });
  list.append(text('h4', t('origin.serverAnswered')), frame);
  return list;
}

function column(title, outcomes, ...more) {
  const box = document.createElement('div');
  box.className = 'answer';
  box.append(text('h3', title), ...outcomes.map(line), ...more);
  return box;
}

function line({ attempt, outcome }) {
  const row = text('p', t(`origin.${attempt}`, { outcome }));
  row.dataset.attempt = ATTEMPTS.includes(attempt) ? attempt : '';
  return row;
}

const text = (name, content) => Object.assign(document.createElement(name), { textContent: content });
