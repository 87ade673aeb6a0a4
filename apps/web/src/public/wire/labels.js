import { t } from '../texts/texts.js';

/** The first packet types of Engine.IO 4 and Socket.IO 5. */
const ENGINE = { 0: 'open', 1: 'close', 2: 'ping', 3: 'pong', 5: 'upgrade', 6: 'noop' };
const SOCKET = { 0: 'connect', 1: 'disconnect', 2: 'event', 3: 'ack', 4: 'refused' };
const SHOWN = 28;

const RECORD_SEPARATOR = '\u001e';

export const short = (text) => (text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text);

/** How many messages an answer of the polling service holds; undefined for any other answer. */
export function messagesIn(body) {
  return parse(body)?.messages?.length;
}

export function pollLabel(status, body) {
  const count = messagesIn(body);
  if (count === undefined) return `${status}`;
  return `${status} · ${count === 0 ? t('wire.empty') : t(count === 1 ? 'wire.message' : 'wire.messages', { count })}`;
}

export function eventLabel({ type, data }) {
  return type === 'message' ? `event · ${textIn(parse(data)?.data)}` : type;
}

/** A JSON frame of `/ws`, or a packet of Engine.IO. */
export function frameLabel(transport, payload) {
  if (typeof payload !== 'string') return t('wire.binary');
  if (transport === 'socketio') return packetLabel(payload);
  const frame = parse(payload);
  if (!frame?.type) return short(payload);
  return frame.data === undefined ? frame.type : `${frame.type} · ${textIn(frame.data)}`;
}

/** The packets in the body of one request of Engine.IO's long polling. */
export const packetLabels = (body) => body.split(RECORD_SEPARATOR).map(packetLabel).join(', ');

function packetLabel(packet) {
  if (packet[0] !== '4') return ENGINE[packet[0]] ?? short(packet);
  const kind = SOCKET[packet[1]] ?? short(packet);
  if (kind !== 'event') return kind;
  const [name, data] = parse(packet.slice(packet.indexOf('['))) ?? [];
  return `${name} · ${textIn(data?.data ?? data)}`;
}

function textIn(data) {
  return short(typeof data === 'string' ? data : (data?.text ?? JSON.stringify(data) ?? ''));
}

function parse(text) {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
