import type { TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Value } from '@sinclair/typebox/value';
import { CodedError, explainMembers } from '@tetracast/message-model';
import type { FastifySchemaCompiler } from 'fastify';

/** Checks the parts of a request by the schemas of the call. A refusal names the member, and what it must be. */
export const compileSchema: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = TypeCompiler.Compile(schema);
  if (httpPart !== 'querystring') {
    return (value: unknown) => (check.Check(value) ? { value } : { error: refusalOf(schema, value) });
  }
  return (given: Record<string, unknown>) => {
    const value = readQuery(schema, given);
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(membersOf(schema), name));
    if (unknown !== undefined) return { error: unknownMember(schema, unknown) };
    return check.Check(value) ? { value } : { error: refusalOf(schema, value) };
  };
};

function membersOf(schema: TSchema): Record<string, TSchema> {
  return schema['properties'] as Record<string, TSchema>;
}

/** A query is text, whatever it stands for. Text that stands for no value of the type stays as it is. */
function readQuery(schema: TSchema, query: Record<string, unknown>): Record<string, unknown> {
  const members = membersOf(schema);
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      typeof value === 'string' && Object.hasOwn(members, name) ? readText(value, members[name]?.['type']) : value,
    ]),
  );
}

function readText(text: string, type: unknown): unknown {
  if (type === 'integer' && /^\d{1,15}$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function unknownMember(schema: TSchema, name: string): CodedError {
  const known = Object.keys(membersOf(schema));
  const advice = known.length === 0 ? 'leave it out' : `use ${known.join(', ')}`;
  return new CodedError('invalid_request', `the call takes no ${JSON.stringify(name)} in its query: ${advice}`);
}

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
