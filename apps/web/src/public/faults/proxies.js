/**
 * What the server tells this page about its fault proxies, or `null`: only `npm start` has any.
 * `{ secret, ports: { polling, … }, active: { polling: [], … }, canExpire }`
 */
export const offered = fetch(new URL('../faults.json', import.meta.url))
  .then((response) => response.json())
  .catch(() => null);

const isWanted = new URLSearchParams(location.search).get('faults') === 'on';

/** The same where the page connects through them: at `?faults=on`. */
export const proxies = isWanted ? await offered : null;

/** Where the proxy of a transport is, if the page uses it. */
export function proxyOriginOf(transport) {
  return proxies ? `${location.protocol}//${location.hostname}:${proxies.ports[transport]}` : undefined;
}

/** A request to the switches of the server; resolves with its answer. */
export async function askSwitches(path, { body, headers, ...options } = {}) {
  const response = await fetch(new URL(`../lab/${path}`, import.meta.url), {
    ...options,
    headers: {
      'X-Lab-Secret': proxies.secret,
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = response.status === 204 ? undefined : await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}
