import { Type } from '@sinclair/typebox';
import { CodedError } from './errors';

/** Maximum number of items on a page of an answer. */
export const PAGE_MAX = 1000;

/** The page that a request asks for. */
export const PageQuery = Type.Optional(
  Type.String({ maxLength: 512, description: 'The `page` of the answer before. Default: the first page.' }),
);

export const LimitQuery = Type.Optional(
  Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: 100, description: 'Maximum number of items.' }),
);

/** What an answer names the next page by. */
export const NextPage = Type.Optional(
  Type.String({ description: 'Get the next page with it; absent on the last page.' }),
);

/** The refusal of a page that no answer names. */
export function wrongPage(): CodedError {
  return new CodedError(
    'invalid_request',
    '"page" is not from an answer: send that of the answer before, or leave it out to get the first page',
  );
}
