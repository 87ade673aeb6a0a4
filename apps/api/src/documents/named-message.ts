import type { TSchema } from '@sinclair/typebox';

/** The messages of a document, by their keys in it. */
export type Messages = Readonly<Record<string, object>>;

/** A message of an AsyncAPI document. */
export const named = (title: string, payload: TSchema | object, summary: string): object => ({
  name: title,
  title,
  summary,
  contentType: 'application/json',
  payload,
});
