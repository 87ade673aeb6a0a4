import { type Static, type TInteger, type TSchema, type TString, type TUnsafe, Type } from '@sinclair/typebox';
import { type Reader, readDuration, readInteger, readText } from './setting-readers';

/** One setting: its environment variable, the text that stands for it when that is unset or empty, and its value. */
export interface Setting<T extends TSchema = TSchema> {
  readonly env: string;
  readonly unset: string;
  readonly schema: T;
  readonly read: Reader<Static<T>>;
  /** What it must be, as the end of the sentence "HOST must be …". */
  readonly wanted: string;
  readonly about: string;
  /** Whether its value is never to be shown. */
  readonly isSecret?: boolean;
}

export function text(env: string, unset: string, about: string): Setting<TString> {
  return { env, unset, schema: Type.String(), read: readText, wanted: 'a text', about };
}

export function oneOf<T extends string>(env: string, unset: T, values: T[], about: string): Setting<TUnsafe<T>> {
  const schema = Type.Unsafe<T>(Type.Union(values.map((value) => Type.Literal(value))));
  const wanted = values.map((value) => value || 'unset').join(', ');
  return { env, unset, schema, read: (given: string) => given as T, wanted: `one of ${wanted}`, about };
}

export function integer(
  env: string,
  unset: string,
  minimum: number,
  maximum: number,
  about: string,
): Setting<TInteger> {
  const schema = Type.Integer({ minimum, maximum });
  return { env, unset, schema, read: readInteger, wanted: `a whole number from ${minimum} to ${maximum}`, about };
}

/** In ms; `least` and `most` as they would be written in the environment. */
export function duration(env: string, unset: string, least: string, most: string, about: string): Setting<TInteger> {
  const schema = Type.Integer({ minimum: readDuration(least) ?? 0, maximum: readDuration(most) ?? 0 });
  return { env, unset, schema, read: readDuration, wanted: `a duration such as 15s, from ${least} to ${most}`, about };
}
