import { loadScript, originOf, serviceOriginOf } from './services.js';

/** The stock clients that are not in a browser, and the SDK. */
const CLIENTS = {
  polling: new URL('../vendor/jquery.min.js', import.meta.url),
  socketio: `${serviceOriginOf('socketio')}/socket.io/socket.io.min.js`,
  sdk: new URL('../tetracast.js', import.meta.url),
};

/**
 * Loads the code of a panel, and the client that it needs. Resolves with a function of `{ channel, panel, token }` that makes the
 * transport. Rejects when the client cannot be had.
 */
export async function loadTransport(name) {
  if (CLIENTS[name]) await loadScript(CLIENTS[name]);
  const { [name]: create } = await import(`./${name}.js`);
  return (page) => create({ origin: originOf(name), ...page });
}
