import { hasOneOrigin } from './services.js';
import { t } from '../texts/texts.js';

/** Best first. Where each transport has another origin, as on the web service's own port, a client has only one of them. */
const TRANSPORTS = hasOneOrigin ? ['websocket', 'sse', 'polling'] : ['polling'];

/**
 * The SDK, which is optional: what the files beside this one do by hand, it does by itself. It reconnects, resumes from its cursor,
 * falls back to the next transport, and climbs back. What is left is to say which transport it uses, and why.
 */
export function sdk({ origin, channel, panel, token }) {
  let client;
  let last; // the transport of the last attempt
  let why = '';

  function join() {
    [last, why] = [undefined, ''];
    client = Tetracast.createClient({
      url: origin,
      token,
      transports: TRANSPORTS,
      connectTimeoutMs: 5000,
      probeIntervalMs: 2000, // by default it tries a better transport after a minute; here one waits and watches
      onStatus: show,
    });
    client.subscribe(channel, {
      after: panel.cursor,
      onMessage: (message) => panel.receive(message),
      onReset: (reset) => panel.showReset(reset),
      onError: ({ message }) => panel.setState('cut', t('note.refused', { reason: message })),
    });
  }

  function show({ state, transport, cause, retryAt }) {
    if (state === 'connecting') {
      const steps = TRANSPORTS.indexOf(transport) - TRANSPORTS.indexOf(last ?? transport);
      if (steps !== 0) why = t(steps > 0 ? 'sdk.fell' : 'sdk.climbed', { from: nameOf(last), to: nameOf(transport) });
      // While it climbs, the panel stays connected: the SDK knows already that the better transport works.
      if (last && steps >= 0) panel.setState('reconnecting', why);
      last = transport;
    } else if (state === 'connected') {
      why ||= t('sdk.first', { transport: nameOf(transport) });
      panel.setState('connected', why, transport);
    } else if (state === 'waiting') {
      const seconds = (Math.max(0, retryAt - Date.now()) / 1000).toFixed(1);
      panel.setState('reconnecting', t('sdk.waits', { transport: nameOf(transport), reason: cause.message, seconds }));
    }
  }

  return {
    join,
    cut() {
      client.close();
      panel.setState('cut');
    },
    /** Without a connection it waits, and is stored once. */
    publish: (data) => client.publish(channel, data),
  };
}

const nameOf = (transport) => t(`${transport}.name`);
