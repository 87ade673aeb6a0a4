import { Type } from '@sinclair/typebox';

/** What every answer of several processes has. */
export const MissingSchema = Type.Object({
  missing: Type.Array(Type.String(), {
    description: 'The names of the processes that did not answer within a second: the answer is without them.',
  }),
});

/** Numbers of connections by the name of the transport. */
export const ByTransportSchema = Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
  description: 'Connections now, by transport.',
  examples: [{ websocket: 2, sse: 1 }],
});
