import type { TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Value } from '@sinclair/typebox/value';
import { CodedError, explainMembers } from '@tetracast/message-model';
import type { FastifySchemaCompiler } from 'fastify';

/** Checks the parts of a request by the schemas of the call. A refusal names the member, and what it must be. */
export const compileSchema: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = TypeCompiler.Compile(schema);
  // A query is text, whatever it stands for.
  const read =
    httpPart === 'querystring' ? (value: unknown) => Value.Convert(schema, value) : (value: unknown) => value;
  return (given: unknown) => {
    const value = read(given);
    return check.Check(value) ? { value } : { error: refusalOf(schema, value) };
  };
};

function refusalOf(schema: TSchema, value: unknown): CodedError {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new CodedError('invalid_request', 'the body must be a JSON object: send one, as application/json');
  }
  const named = explainMembers(value as Record<string, unknown>, 'invalid_request');
  if (named !== undefined) return new CodedError(named.code, named.message);
  const first = Value.Errors(memberOf(schema, value), value).First();
  const reason = first === undefined ? 'not what the call takes' : `${first.path || '/'}: ${first.message}`;
  return new CodedError('invalid_request', reason);
}

/** Of a choice of objects the first whose required members are there: its errors say more than that none fits. */
function memberOf(schema: TSchema, value: object): TSchema {
  const choice = (schema['anyOf'] as TSchema[] | undefined) ?? [schema];
  const fits = ({ required = [] }: TSchema): boolean => (required as string[]).every((name) => name in value);
  return choice.find(fits) ?? (choice[0] as TSchema);
}
