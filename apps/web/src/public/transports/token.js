const PLACE = 'tetracast-token';

/**
 * The token of this page; empty where none is needed. It comes from the field in the bar, or from the fragment of the address
 * (`#token=…`), which browsers send to nobody; it is then kept for this tab, and gone from the address.
 */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    keepToken(given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(PLACE) ?? '';
}

export function keepToken(token) {
  if (token) sessionStorage.setItem(PLACE, token.trim());
  else sessionStorage.removeItem(PLACE);
}

/** How a request brings it (RFC 6750). */
export function bearer(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}
