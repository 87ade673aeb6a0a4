import { FormatRegistry, type Static, Type } from '@sinclair/typebox';
import { isChannel } from '@tetracast/message-model';
import { readDuration, readRates } from '../settings/setting-readers';

const MAX_SIZE = 1_000_000;
const MAX_TTL = '720h';

FormatRegistry.Set('namespace', isNamespace);
FormatRegistry.Set('history-ttl', (text) => {
  const ms = readDuration(text) ?? 0;
  return ms >= 1 && ms <= (readDuration(MAX_TTL) ?? 0);
});
FormatRegistry.Set('rates', (text) => readRates(text) !== undefined);

const AUDIENCE = { description: 'public, token or backend' };
const Audience = Type.Optional(
  Type.Union([Type.Literal('public'), Type.Literal('token'), Type.Literal('backend')], AUDIENCE),
);

/** Each description ends the sentence "it must be …". What is left out is as in all other namespaces. */
const PolicySchema = Type.Object(
  {
    history: Type.Optional(
      Type.Object(
        {
          size: Type.Integer({
            minimum: 1,
            maximum: MAX_SIZE,
            description: `a whole number of messages from 1 to ${MAX_SIZE}`,
          }),
          ttl: Type.String({ format: 'history-ttl', description: `a duration such as 10m, from 1ms to ${MAX_TTL}` }),
        },
        { additionalProperties: false, description: 'an object with "size" and "ttl"' },
      ),
    ),
    subscribe: Audience,
    publish: Audience,
    publishRate: Type.Optional(
      Type.String({
        format: 'rates',
        description: 'three rates a second, connection/address/user, such as 10/100/20; 0 is no limit',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'an object with any of "history", "subscribe", "publish" and "publishRate"',
  },
);

/** The file that NAMESPACES_FILE names, as YAML 1.2 or JSON. */
export const NamespacesFileSchema = Type.Object(
  { namespaces: Type.Record(Type.String(), PolicySchema, { description: 'an object of namespaces' }) },
  { additionalProperties: false, description: 'an object with the member "namespaces"' },
);

export type NamespacesFile = Static<typeof NamespacesFileSchema>;

/** Whether this is the name of a namespace: what comes before the first `:` of a channel. */
export function isNamespace(name: string): boolean {
  return isChannel(name) && !name.includes(':');
}
