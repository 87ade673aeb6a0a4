import { Ledger } from './panel/ledger.js';
import { Stopwatch, formatBytes } from './panel/meters.js';
import { createLane } from './panel/lane.js';
import { followTabs } from './panel/tabs.js';
import { setUpPublishBar } from './panel/publish-bar.js';
import { setUpCosts } from './charts/costs.js';
import { setUpFaults } from './faults/faults.js';
import { channel } from './lab/channel.js';
import { keepChoices } from './lab/keep-choices.js';
import { setUpOrigin } from './lesson/origin.js';
import { openAccounts } from './wire/account.js';
import { onCrossing } from './wire/crossings.js';
import { tapHttp } from './wire/tap-http.js';
import { tapStreams } from './wire/tap-streams.js';
import { currentCursor } from './transports/services.js';
import { keepToken, takeToken } from './transports/token.js';
import { t, translatePage } from './texts/texts.js';

translatePage();
keepChoices();

const token = takeToken();
const tokenField = document.querySelector('[data-role="token"]');
tokenField.value = token;
tokenField.form.addEventListener('submit', (event) => {
  event.preventDefault(); // it must not become a part of the address
  keepToken(tokenField.value);
  location.reload();
});

const parameters = new URLSearchParams(location.search);
document.querySelector('[data-role="channel"]').value = channel;
document.querySelector('[data-role="history"]').checked = parameters.get('after') === 'earliest';

/** One repaint per frame, however many messages and crossings came in it. */
let frame = 0;
function changed() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    for (const lane of lanes) {
      lane.panel.showVerdict(ledger.check(lane.name));
      showAccount(lane);
    }
    costs.show();
  });
}

/** Of the SDK: the transport that it uses. */
function nameOfOver({ over }) {
  if (over === '') return '–';
  return t(over === 'sse' ? 'sse.short' : `${over}.name`);
}

function showAccount({ name, panel }) {
  const { requests, received, answers, emptyAnswers, events, frames } = accounts[name];
  panel.write('requests', requests);
  panel.write('bytes', formatBytes(received));
  const carried = {
    polling: t('meter.part', { part: emptyAnswers, whole: answers }),
    sse: events,
    sdk: nameOfOver(panel),
  };
  panel.write('carried', carried[name] ?? frames);
}

const ledger = new Ledger();
const page = { channel, token, ledger, stopwatch: new Stopwatch(), changed };
const lanes = [...document.querySelectorAll('section[data-transport]')].map((section) => createLane(section, page));
const accounts = openAccounts(
  lanes.map(({ name }) => name),
  changed,
);
/** The SDK is no transport: it costs what the one that it uses costs. */
const transports = lanes.filter(({ name }) => name !== 'sdk');
const costs = setUpCosts(document.querySelector('#costs'), transports, accounts);
onCrossing((crossing) => lanes.find(({ name }) => name === crossing.transport).panel.draw(crossing));
setUpOrigin(document.querySelector('#origin'), channel);
setUpFaults(document.querySelector('#faults'), lanes, token);
followTabs(document.querySelector('[data-role="tabs"]'));
setUpPublishBar(document.querySelector('[data-role="bar"]'), lanes, () => {
  ledger.clear();
  for (const { panel } of lanes) panel.clear();
  changed();
});
document.documentElement.dataset.ready = '';

const start = parameters.get('after') ?? (await currentCursor(channel, token));
tapHttp();
tapStreams();
for (const { panel, join } of lanes) {
  panel.moveTo(start);
  join();
}
await costs.drawCharts();
