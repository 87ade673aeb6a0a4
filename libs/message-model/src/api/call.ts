import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { ApiScope } from './scopes';

/** One call of the server API: the one source of its route, its checks, its documents and the types of its clients. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `{name}` is one segment, which `params` describes. */
  readonly path: string;
  /** The scope that the caller needs. */
  readonly scope: ApiScope;
  readonly summary: string;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  /** The schema of each successful answer, by status; `undefined`: it has no body. */
  readonly answers: Readonly<Record<number, TSchema | undefined>>;
}

/** The type of one part of a call's request, or `undefined` if the call does not have it. */
export type PartOf<C extends ApiCall, Part extends 'params' | 'query' | 'body'> =
  C extends Readonly<Record<Part, infer S extends TSchema>> ? Static<S> : undefined;

/** What a call answers when it succeeds. */
export type AnswerOf<C extends ApiCall> = {
  [S in keyof C['answers']]: C['answers'][S] extends TSchema ? Static<C['answers'][S]> : undefined;
}[keyof C['answers']];
