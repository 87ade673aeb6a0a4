import { type Static, Type } from '@sinclair/typebox';
import { OWN_EVENT_PREFIX } from './event';

/** The namespace of the channels of relays. Only relays publish there. */
export const RELAY_NAMESPACE = 'relay';

/** How long an answer of a relay is stored, in ms. */
export const RELAY_TTL_MS = 24 * 3_600_000;

/** A relay stores at most one message with a piece of an answer in this time, in ms. */
export const RELAY_ROLL_UP_MS = 25;

/** The event of the first message of a relay: the upstream has begun to answer. */
export const RELAY_EVENT = `${OWN_EVENT_PREFIX}relay`;

/** Header of an answer of a relay: the channel on which the answer is stored. */
export const RELAY_CHANNEL_HEADER = 'tetracast-channel';

/** Header of an answer of a relay: a ticket for that channel. */
export const RELAY_TICKET_HEADER = 'tetracast-ticket';

/** The data of a message with {@link RELAY_EVENT}. */
export const RelayStartSchema = Type.Object({
  /** The name of the relay. */
  relay: Type.String(),
  /** The content type of the upstream's answer. */
  contentType: Type.String(),
});

export type RelayStart = Static<typeof RelayStartSchema>;

/** Why an answer is not whole. */
export const RELAY_FAILURES = {
  upstream_refused: 'the upstream answered with an error status',
  upstream_unreachable: 'the upstream cannot be reached',
  upstream_invalid: 'the upstream answered with something that the relay cannot pass on',
  upstream_cut: 'the upstream cut the connection in the middle of its answer',
  upstream_timeout: 'the upstream took too long',
  upstream_too_large: 'the answer of the upstream is too large',
  relay_stopped: 'the server stopped before the answer was whole',
  relay_lost: 'the server that read the answer died, or lost the message log',
} as const;

export type RelayFailureCode = keyof typeof RELAY_FAILURES;

/** Why an answer is not whole. */
const RelayFailureSchema = Type.Object({
  code: Type.Union((Object.keys(RELAY_FAILURES) as RelayFailureCode[]).map((code) => Type.Literal(code))),
  /** The same in words. */
  error: Type.String(),
  /** With `upstream_refused`: the status of the upstream, and its body, if that is JSON. */
  status: Type.Optional(Type.Integer()),
  body: Type.Optional(Type.String()),
});

export type RelayFailure = Static<typeof RelayFailureSchema>;

/** How much text was stored, in UTF-16 code units. */
const length = Type.Integer({ minimum: 0 });

/** The data of the last message of a relay's channel. */
export const RelayEndSchema = Type.Union([
  Type.Object({ state: Type.Literal('done'), length }),
  Type.Object({
    state: Type.Literal('cancelled'),
    length,
    /** The client key and the user of the client that cancelled it. */
    client: Type.Optional(Type.String()),
    user: Type.Optional(Type.String()),
  }),
  Type.Composite([Type.Object({ state: Type.Literal('failed'), length: Type.Optional(length) }), RelayFailureSchema]),
]);

export type RelayEnd = Static<typeof RelayEndSchema>;
