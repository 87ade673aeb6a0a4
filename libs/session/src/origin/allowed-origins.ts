/** The origin of an app's own pages: `capacitor://localhost`, `tauri://localhost`, `app://.`, `chrome-extension://<id>`. */
const APP_ORIGIN = /^(?!(?:https?|wss?|ftp|file):)[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9._~-]+(?::\d+)?$/;

/** `https://*.example.com`, in two parts. Not `https://*.com`, which would allow almost every site. */
const WILDCARD = /^(https?:\/\/)\*\.([^*]+\.[^*]+|localhost(?::\d+)?)$/;

/** An origin of the web, as browsers write it (RFC 6454, section 6.2): `http:` or `https:`, without the default port. */
export function isWebOrigin(text: string): boolean {
  if (text.includes('*') || !URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return origin === text && (protocol === 'http:' || protocol === 'https:');
}

/** Whether `text` may stand in ALLOWED_ORIGINS. */
export function isOriginRule(text: string): boolean {
  return isWebOrigin(text.replace(WILDCARD, '$1a.$2')) || APP_ORIGIN.test(text);
}

/** The text with `*` in place of its first label: of `https://a.example.com` or `a.example.com`. */
function wildcardOf(name: string): string {
  return name.replace(/^(https?:\/\/)?[a-z0-9_-]+\./, '$1*.');
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Whether the rules allow this origin. Costs two look-ups. */
export function allowsOrigin(rules: readonly string[], origin: string): boolean {
  let set = sets.get(rules);
  if (set === undefined) sets.set(rules, (set = new Set(rules)));
  return set.has(origin) || set.has(wildcardOf(origin));
}

/** Whether the rules allow an origin of the web with this host name. */
export function allowsHost(rules: readonly string[], hostname: string): boolean {
  const names = [hostname, wildcardOf(hostname)];
  return rules.some((rule) => /^https?:/.test(rule) && names.includes(new URL(rule).hostname));
}
