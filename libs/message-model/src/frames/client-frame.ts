import './formats';
import { type Static, Type } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { explainChannel, isChannel } from '../channel';
import type { ErrorCode } from '../errors';
import { isEvent } from '../messages/event';
import { isTooDeep, TOO_DEEP } from '../json-depth';
import { flawOfPublication, PublicationSchema } from '../messages/publication';
import { quote } from '../quote';

const Ref = Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Number()]));
const Channels = Type.Array(Type.String({ format: 'channel' }), { minItems: 1 });

const SubscribeSchema = Type.Object({
  channels: Channels,
  after: Type.Optional(Type.String()),
  rewind: Type.Optional(Type.Integer({ minimum: 0 })),
  /** `true`: as a member; `observe`: without being one. Default: no joins and leaves. */
  presence: Type.Optional(Type.Union([Type.Boolean(), Type.Literal('observe')])),
});

const UnsubscribeSchema = Type.Object({ channels: Channels });

/**
 * What a client may send on a WebSocket, by `type`; `ref` comes back in the answer.
 *
 * @public tools/test compares it with docs/protocol.md.
 */
export const CLIENT_FRAMES = {
  subscribe: Type.Composite([Type.Object({ type: Type.Literal('subscribe'), ref: Ref }), SubscribeSchema]),
  unsubscribe: Type.Composite([Type.Object({ type: Type.Literal('unsubscribe'), ref: Ref }), UnsubscribeSchema]),
  publish: Type.Composite([Type.Object({ type: Type.Literal('publish'), ref: Ref }), PublicationSchema]),
  cancel: Type.Object({ type: Type.Literal('cancel'), ref: Ref, channel: Type.String({ format: 'channel' }) }),
  auth: Type.Object({ type: Type.Literal('auth'), ref: Ref, token: Type.String() }),
  ping: Type.Object({ type: Type.Literal('ping'), ref: Ref }),
};

export type ClientFrameType = keyof typeof CLIENT_FRAMES;
export type ClientFrame = { [T in ClientFrameType]: Static<(typeof CLIENT_FRAMES)[T]> }[ClientFrameType];
export type Ref = string | number;

export type ParsedFrame =
  | { readonly ok: true; readonly frame: ClientFrame }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly ref?: Ref };

const compiled = new Map<ClientFrameType, TypeCheck<(typeof CLIENT_FRAMES)[ClientFrameType]>>();

/** The frame in a WebSocket text message, or a coded reason. Never throws. */
export function parseClientFrame(text: string): ParsedFrame {
  if (isTooDeep(text)) return { ok: false, code: 'invalid_frame', message: TOO_DEEP };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, code: 'invalid_frame', message: 'the frame is not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, code: 'invalid_frame', message: 'the frame is not a JSON object' };
  }
  const frame = value as Record<string, unknown>;
  const given = frame['ref'];
  const ref = typeof given === 'string' || Number.isFinite(given) ? { ref: given as string | number } : {};
  const type = frame['type'];
  if (typeof type !== 'string' || !Object.hasOwn(CLIENT_FRAMES, type)) {
    const known = Object.keys(CLIENT_FRAMES).join(', ');
    return { ok: false, code: 'invalid_frame', message: `"type" must be one of ${known}`, ...ref };
  }
  const check = checkOf(type as ClientFrameType);
  if (!check.Check(frame)) return { ok: false, ...explain(frame, check), ...ref };
  const flaw = frame.type === 'publish' ? flawOfPublication(frame) : undefined;
  return flaw === undefined ? { ok: true, frame } : { ok: false, code: 'invalid_frame', message: flaw, ...ref };
}

/**
 * Whether a text is meant as an `auth` frame, however wrong the rest of it: a JSON object of that `type`. It holds a token,
 * which must not be published where every text is.
 */
export function isMeantAsAuth(text: string): boolean {
  const trimmed = text.trim();
  // Most texts that people write are no JSON object: they are not parsed.
  if (!trimmed.startsWith('{') || isTooDeep(trimmed)) return false;
  try {
    return (JSON.parse(trimmed) as { type?: unknown }).type === 'auth';
  } catch {
    return false;
  }
}

/**
 * The coded reason why `value` is no publication or subscription: a bad channel or event name has its own code, anything else
 * is `otherwise`.
 */
export function explainMembers(
  value: Record<string, unknown>,
  otherwise: ErrorCode,
): { code: ErrorCode; message: string } | undefined {
  const names = 'channels' in value ? value['channels'] : 'channel' in value ? [value['channel']] : [];
  if (!Array.isArray(names)) return { code: otherwise, message: '"channels" must be a list of names' };
  const bad: unknown = names.find((name) => !isChannel(name));
  if (bad !== undefined) return { code: 'invalid_channel', message: explainChannel(bad) };
  if (value['event'] !== undefined && !isEvent(value['event'])) {
    return { code: 'invalid_event', message: `not an event name, or a reserved one: ${quote(value['event'])}` };
  }
  return undefined;
}

function explain(
  frame: Record<string, unknown>,
  check: TypeCheck<(typeof CLIENT_FRAMES)[ClientFrameType]>,
): { code: ErrorCode; message: string } {
  const named = explainMembers(frame, 'invalid_frame');
  if (named !== undefined) return named;
  const first = check.Errors(frame).First();
  return { code: 'invalid_frame', message: first ? `${first.path || '/'}: ${first.message}` : 'not a frame' };
}

// Compiled at first use: under a strict content security policy a browser may import this file, but not compile.
function checkOf(type: ClientFrameType): TypeCheck<(typeof CLIENT_FRAMES)[ClientFrameType]> {
  let check = compiled.get(type);
  if (check === undefined) {
    check = TypeCompiler.Compile(CLIENT_FRAMES[type]);
    compiled.set(type, check);
  }
  return check;
}
