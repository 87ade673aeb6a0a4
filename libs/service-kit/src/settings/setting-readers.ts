import { type ApiKey, parseApiKey } from '@tetracast/access';
import { isChannel } from '@tetracast/message-model';
import ipaddr from 'ipaddr.js';
import { availableParallelism } from 'node:os';
import { isOriginRule, type Rates } from '@tetracast/session';

/** Reads the value of a setting from its text; `undefined` if it cannot. */
export type Reader<T> = (text: string) => T | undefined;

export interface NamespaceRetention {
  readonly size: number;
  readonly ttlMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

export const readText: Reader<string> = (text) => text;

export const readInteger: Reader<number> = (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);

/** A port, or `off`: none. */
export const readPortOrOff: Reader<number | 'off'> = (text) => (text === 'off' ? text : readInteger(text));

/** A number, or `auto`: the cores of this process, at most `most`. */
export function readWorkers(most: number): Reader<number> {
  return (text) => (text === 'auto' ? Math.min(availableParallelism(), most) : readInteger(text));
}

/** `500ms`, `15s`, `10m`, `24h` in milliseconds. */
export const readDuration: Reader<number> = (text) => {
  const [, digits = '', unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  return digits === '' ? undefined : Number(digits) * (UNIT_MS[unit] as number);
};

const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `65536`, `64KiB`, `1MiB`, `2GiB` in bytes. */
export const readBytes: Reader<number> = (text) => {
  const [, digits = '', unit = ''] = /^(\d{1,15})(KiB|MiB|GiB|)$/.exec(text) ?? [];
  return digits === '' ? undefined : Number(digits) * (UNIT_BYTES[unit] as number);
};

/** `1000/5000/5000`: rates a second of one connection, one address and one user. */
export const readRates: Reader<Rates> = (text) => {
  const [connection, address, user, ...more] = text.split('/').map((rate) => readInteger(rate.trim()));
  if (connection === undefined || address === undefined || user === undefined || more.length > 0) return undefined;
  return { connection, address, user };
};

/** `20/5`: counts of one address and of one user. */
export const readShares: Reader<{ address: number; user: number }> = (text) => {
  const [address, user, ...more] = text.split('/').map((count) => readInteger(count.trim()));
  return address === undefined || user === undefined || more.length > 0 ? undefined : { address, user };
};

/** Keys of the server API, all different and each with another name: see {@link parseApiKey}. */
export const readApiKeys: Reader<ApiKey[]> = (text) => {
  const keys = splitList(text).map(parseApiKey);
  if (!keys.every((key) => key !== undefined)) return undefined;
  const [names, secrets] = [new Set(keys.map(({ name }) => name)), new Set(keys.map(({ key }) => key))];
  return names.size === keys.length && secrets.size === keys.length ? keys : undefined;
};

/** Origins of pages; one label of each may be a wildcard. */
export const readOrigins: Reader<string[]> = (text) => {
  const origins = splitList(text);
  return origins.every(isOriginRule) ? origins : undefined;
};

/** IP addresses and CIDR networks. A network of 0 bits is probably a mistake, and invalid. */
export const readNetworks: Reader<string[]> = (text) => {
  const networks = splitList(text);
  return networks.every((item) => ipaddr.isValid(item) || isNetwork(item)) ? networks : undefined;
};

/** `chat=5000/24h,feed=100/1m`. */
export const readNamespaces: Reader<Record<string, NamespaceRetention>> = (text) => {
  const found = new Map<string, NamespaceRetention>();
  for (const item of splitList(text)) {
    const [, name = '', count = '', age = ''] = /^([^=]+)=([^/]+)\/(.+)$/.exec(item) ?? [];
    const size = readInteger(count);
    const ttlMs = readDuration(age);
    if (!isChannel(name) || name.includes(':') || found.has(name)) return undefined;
    if (size === undefined || size < 1 || ttlMs === undefined || ttlMs < 1) return undefined;
    found.set(name, { size, ttlMs });
  }
  return Object.fromEntries(found);
};

function isNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text) && ipaddr.parseCIDR(text)[1] > 0;
}

/** The items between commas. */
export const readList: Reader<string[]> = splitList;

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
