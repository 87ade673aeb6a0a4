import { bearer } from './token.js';
import { proxyOriginOf } from '../faults/proxies.js';
import { t } from '../texts/texts.js';

/** The ports of the separate services, as the compose file publishes them. */
const WEB_PORT = '3606';
const SIBLING_PORTS = { websocket: 3601, socketio: 3602, sse: 3603, polling: 3604, sdk: 3604, api: 3605 };

/** Whether all transports are on this page's origin: behind the gateway, and in the standalone. */
export const hasOneOrigin = location.port !== WEB_PORT;

/**
 * Where a transport's service is: on this page's origin, but a page opened on the web service's own port talks to the sibling
 * ports of the same host.
 */
export function serviceOriginOf(transport) {
  if (hasOneOrigin) return location.origin;
  return `${location.protocol}//${location.hostname}:${SIBLING_PORTS[transport]}`;
}

/** Where the page connects: through the fault proxy of the transport, if it uses them (faults/proxies.js). */
export function originOf(transport) {
  return proxyOriginOf(transport) ?? serviceOriginOf(transport);
}

/** Adds a stock client to the page. Rejects when the file cannot be had, so that one panel fails and not the page. */
export function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    script.onload = resolve;
    script.onerror = () => {
      script.remove();
      reject(new Error(t('note.notLoaded', { url })));
    };
    document.head.append(script);
  });
}

/**
 * The cursor of this moment, from one short poll. A cursor is valid on every transport, so all panels can start
 * from the same one and must then show the same list. Empty when polling is down: each panel then starts at its own
 * "now".
 */
export async function currentCursor(channel, token) {
  try {
    const query = new URLSearchParams({ channel });
    const response = await fetch(`${originOf('polling')}/polling?${query}`, {
      headers: bearer(token),
      signal: AbortSignal.timeout(3000),
    });
    return (await response.json()).cursor ?? '';
  } catch {
    return '';
  }
}
