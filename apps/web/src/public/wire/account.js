import { onCrossing, transportOf } from './crossings.js';

/**
 * What one transport has cost since the page was opened. `requests` and `sent` were made in order to receive, `publishRequests` and
 * `publishBytes` in order to publish. `told` bytes of both were measured by the browser, all others are counted by this page.
 */
const nothing = () => ({
  requests: 0,
  answers: 0,
  emptyAnswers: 0,
  events: 0,
  frames: 0,
  received: 0,
  sent: 0,
  told: 0,
  published: 0,
  publishRequests: 0,
  publishBytes: 0,
});

/** The accounts of all panels, by the name of the transport; `changed(transport)` is called after each entry. */
export function openAccounts(names, changed) {
  const accounts = Object.fromEntries(names.map((name) => [name, nothing()]));

  onCrossing((crossing) => {
    const account = accounts[crossing.transport];
    enter(account, crossing);
    changed(crossing.transport);
  });

  // The size of an answer with its headers, where the browser measures it.
  new PerformanceObserver((list) => {
    for (const { name, initiatorType, transferSize } of list.getEntries()) {
      const transport = ['fetch', 'xmlhttprequest'].includes(initiatorType) && !isStream(name) && transportOf(name);
      if (!transport) continue;
      accounts[transport].told += transferSize;
      addBytes(accounts[transport], transferSize, 'received', isPublishUrl(name));
      changed(transport);
    }
  }).observe({ type: 'resource' });

  return accounts;
}

function enter(account, { direction, kind, bytes, url, isPublish = false, isEmpty }) {
  if (kind === 'request') account[isPublish ? 'publishRequests' : 'requests'] += 1;
  if (kind === 'event') account.events += 1;
  if (kind === 'frame') account.frames += 1;
  if (isPublish && direction === 'up') account.published += 1;
  if (isEmpty !== undefined) {
    account.answers += 1;
    account.emptyAnswers += isEmpty ? 1 : 0;
  }
  if (!isMeasured(url)) addBytes(account, bytes, direction === 'up' ? 'sent' : 'received', isPublish);
}

function addBytes(account, bytes, way, isPublish) {
  account[isPublish ? 'publishBytes' : way] += bytes;
}

/** Answers of another origin have no size in Resource Timing, unless its server allows that. */
const isMeasured = (url) => url !== undefined && new URL(url).origin === location.origin;

/** An event stream that is read by `fetch` is counted event by event, while it is open. */
function isStream(url) {
  const { pathname, searchParams } = new URL(url);
  return pathname.endsWith('/sse') && searchParams.has('channel');
}

/** A request to receive names its channel in the query; a publication names it in its body. */
const isPublishUrl = (url) =>
  ['polling', 'sse', 'sdk'].includes(transportOf(url)) && !new URL(url).searchParams.has('channel');
