import {
  type Static,
  type TArray,
  type TInteger,
  type TObject,
  type TSchema,
  type TString,
  type TUnsafe,
  Type,
} from '@sinclair/typebox';
import {
  type Reader,
  readBytes,
  readDuration,
  readInteger,
  readList,
  readRates,
  readShares,
  readText,
} from './setting-readers';

/** One setting: its environment variable, the text used if that is unset or empty, and how to read its value. */
export interface Setting<T extends TSchema = TSchema> {
  readonly env: string;
  readonly unset: string;
  readonly schema: T;
  readonly read: Reader<Static<T>>;
  /** What the value must be, as the end of the sentence "HOST must be …". */
  readonly wanted: string;
  /** What the setting is, in one sentence. */
  readonly about: string;
  /** When an operator changes it. */
  readonly change: string;
  /** Masks the secrets in a value. No error text shows the value of a setting that has it. */
  readonly mask?: (given: string) => string;
}

/** The parts of a setting that the documentation shows. */
type Words = Pick<Setting, 'about' | 'change'>;

/** Actions a second of one connection, one address and one user; 0 is no limit. */
type RatesSchema = TObject<{ connection: TInteger; address: TInteger; user: TInteger }>;

const MAX_RATE = 1_000_000;

export function text(env: string, unset: string, words: Words): Setting<TString> {
  return { env, unset, schema: Type.String(), read: readText, wanted: 'a text', ...words };
}

export function list(env: string, words: Words): Setting<TArray<TString>> {
  return {
    env,
    unset: '',
    schema: Type.Array(Type.String()),
    read: readList,
    wanted: 'a comma-separated list',
    ...words,
  };
}

/** Some of these values. */
export function choices<T extends string>(env: string, values: readonly T[], words: Words): Setting<TUnsafe<T[]>> {
  const schema = Type.Unsafe<T[]>(Type.Array(Type.Union(values.map((value) => Type.Literal(value)))));
  const wanted = `a comma-separated list of ${values.join(', ')}`;
  return { env, unset: '', schema, read: readList as Reader<T[]>, wanted, ...words };
}

export function webUrl(env: string, words: Words): Setting<TString> {
  const schema = Type.String({ pattern: '^(https?://[^\\s]+)?$' });
  return { env, unset: '', schema, read: readText, wanted: 'an https:// or http:// URL', ...words };
}

export function oneOf<T extends string>(env: string, unset: T, values: T[], words: Words): Setting<TUnsafe<T>> {
  const schema = Type.Unsafe<T>(Type.Union(values.map((value) => Type.Literal(value))));
  const wanted = `one of ${values.map((value) => value || 'unset').join(', ')}`;
  return { env, unset, schema, read: (given: string) => given as T, wanted, ...words };
}

export function integer(
  env: string,
  unset: string,
  [minimum, maximum]: readonly [number, number],
  words: Words,
): Setting<TInteger> {
  const schema = Type.Integer({ minimum, maximum });
  return { env, unset, schema, read: readInteger, wanted: `a whole number from ${minimum} to ${maximum}`, ...words };
}

/** A duration in ms; minimum and maximum as written in the environment. */
export function duration(
  env: string,
  unset: string,
  [least, greatest]: readonly [string, string],
  words: Words,
): Setting<TInteger> {
  const schema = Type.Integer({ minimum: readDuration(least) ?? 0, maximum: readDuration(greatest) ?? 0 });
  const wanted = `a duration such as 15s, from ${least} to ${greatest}`;
  return { env, unset, schema, read: readDuration, wanted, ...words };
}

/** A size in bytes; minimum and maximum as written in the environment. */
export function bytes(
  env: string,
  unset: string,
  [least, greatest]: readonly [string, string],
  words: Words,
): Setting<TInteger> {
  const schema = Type.Integer({ minimum: readBytes(least) ?? 0, maximum: readBytes(greatest) ?? 0 });
  const wanted = `a number of bytes such as 65536 or 64KiB, from ${least} to ${greatest}`;
  return { env, unset, schema, read: readBytes, wanted, ...words };
}

/** Two counts: of one address and of one user; 0 is no limit. */
export function shares(
  env: string,
  unset: string,
  words: Words,
): Setting<TObject<{ address: TInteger; user: TInteger }>> {
  const count = Type.Integer({ minimum: 0, maximum: MAX_RATE });
  const schema = Type.Object({ address: count, user: count });
  const wanted = `two counts, address/user, such as ${unset}, each from 0 (no limit) to ${MAX_RATE}`;
  return { env, unset, schema, read: readShares, wanted, ...words };
}

export function rates(env: string, unset: string, words: Words): Setting<RatesSchema> {
  const rate = Type.Integer({ minimum: 0, maximum: MAX_RATE });
  const schema = Type.Object({ connection: rate, address: rate, user: rate });
  const wanted = `three rates a second, connection/address/user, such as ${unset}, each from 0 (no limit) to ${MAX_RATE}`;
  return { env, unset, schema, read: readRates, wanted, ...words };
}
