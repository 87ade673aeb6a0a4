import { maskAll, maskCredentials } from './masks';

/** A relay, as the operator names it in the environment. */
interface RelayTarget {
  /** Where its requests go, without a suffix. */
  readonly url: URL;
  /** The suffixes that a client may add to the path. */
  readonly suffixes: ReadonlySet<string>;
  /** Headers that the service sends, such as a secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names of the client's headers that go to the upstream. */
  readonly forward: readonly string[];
}

/** By the name in the URL. */
export type Relays = ReadonlyMap<string, RelayTarget>;

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'RELAY_';

/** What else may be set for a relay, after its name. */
const PARTS = ['_SUFFIXES', '_HEADERS', '_FORWARD'] as const;

/** Headers that every relay passes on. */
const ALWAYS_FORWARDED = ['accept', 'content-type'];

/** A token of HTTP (RFC 9110, section 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const HEADER_VALUE = /^[\x20-\x7e]*$/;
const SUFFIX = /^[\w.~-][\w.~:-]*(\/[\w.~-][\w.~:-]*)*$/;

/** Credentials of the client, and what belongs to one connection (RFC 9110, section 7.6.1). */
const NEVER_FORWARDED =
  /^(?:authorization|proxy-.*|cookie2?|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|content-length|content-encoding|expect|forwarded|via|origin|referer|x-forwarded-.*|x-real-ip|accept-encoding|idempotency-key|tetracast-.*|sec-.*)$/;

/** Headers that the service sets itself. */
const NEVER_SET = /^(?:host|connection|transfer-encoding|content-length|accept-encoding|expect|upgrade|te|trailer)$/;

/**
 * Reads the relays in `env`, and what is wrong with them. `RELAY_CHAT` is the URL of the relay `chat`; `RELAY_MY_MODEL` that of
 * `my-model`. `known` are the settings that begin with `RELAY_` and are no relay.
 */
export function readRelays(env: Environment, known: readonly string[]): { relays: Relays; problems: string[] } {
  const problems: string[] = [];
  const given = relayVariables(env, known);
  const names = given.filter((name) => partOf(name) === undefined);
  for (const name of given) {
    const part = partOf(name);
    const owner = name.slice(0, -(part?.length ?? 0));
    if (part !== undefined && !names.includes(owner)) problems.push(`${name} belongs to no relay: set ${owner} too`);
  }
  const relays = names.flatMap((name): [string, RelayTarget][] => {
    const target = readTarget(name, env, problems);
    return target === undefined ? [] : [[name.slice(PREFIX.length).toLowerCase().replaceAll('_', '-'), target]];
  });
  return { relays: new Map(relays), problems };
}

/** The variables of relays, with their values as an operator may see them. */
export function printRelays(env: Environment, known: readonly string[]): [name: string, value: string][] {
  return relayVariables(env, known).map((name) => {
    const value = env[name] ?? '';
    return [name, name.endsWith('_HEADERS') ? maskAll(value) : maskCredentials(value)];
  });
}

function relayVariables(env: Environment, known: readonly string[]): string[] {
  return Object.keys(env).filter(
    (name) => name.startsWith(PREFIX) && !known.includes(name) && (env[name] ?? '').trim() !== '',
  );
}

function partOf(name: string): (typeof PARTS)[number] | undefined {
  return PARTS.find((part) => name.endsWith(part));
}

function readTarget(name: string, env: Environment, problems: string[]): RelayTarget | undefined {
  const text = (env[name] ?? '').trim();
  const suffixes = listOf(env[`${name}_SUFFIXES`]).map((suffix) => suffix.replace(/^\//, ''));
  const forward = listOf(env[`${name}_FORWARD`]).map((header) => header.toLowerCase());
  const headers = readHeaders(env[`${name}_HEADERS`]);
  const found = problems.length;
  if (!/^RELAY_[A-Z0-9]+(_[A-Z0-9]+)*$/.test(name))
    problems.push(
      `${name} is no name of a relay: use capital letters and digits, with single underscores between them`,
    );
  if (!/^https?:\/\/[^\s#]+$/.test(text) || !URL.canParse(text))
    problems.push(`${name} must be an https:// or http:// URL of an upstream`);
  if (
    !suffixes.every((suffix) => SUFFIX.test(suffix) && !suffix.split('/').some((part) => part === '.' || part === '..'))
  )
    problems.push(`${name}_SUFFIXES must be a comma-separated list of paths, such as chat/completions,responses`);
  const forbidden = forward.find((header) => !HEADER_NAME.test(header) || NEVER_FORWARDED.test(header));
  if (forbidden !== undefined)
    problems.push(`${name}_FORWARD must not have ${forbidden}: the service never passes it on`);
  if (headers === undefined)
    problems.push(`${name}_HEADERS must be a JSON object of header names and values, such as {"x-key":"…"}`);
  if (problems.length > found) return undefined;
  const url = new URL(text);
  const { username, password } = url;
  Object.assign(url, { username: '', password: '' });
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return {
    url,
    suffixes: new Set(suffixes),
    headers: { ...(username === '' ? {} : { authorization: `Basic ${basic}` }), ...headers },
    forward: [...ALWAYS_FORWARDED, ...forward],
  };
}

/** Names in lower case; `undefined` if the text is not what it must be. */
function readHeaders(text = ''): Record<string, string> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const headers = Object.entries(value).map(([name, each]): [string, unknown] => [name.toLowerCase(), each]);
    const isValid = headers.every(
      ([name, each]) =>
        HEADER_NAME.test(name) && !NEVER_SET.test(name) && typeof each === 'string' && HEADER_VALUE.test(each),
    );
    return isValid ? (Object.fromEntries(headers) as Record<string, string>) : undefined;
  } catch {
    return undefined;
  }
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
