import type { Act, Outcome } from './attempt';
import type { Carried } from './carriers';
import { CLOSED, type EngineConnection, openEngineOverWebSocket } from './engine-connection';

/** A packet of Socket.IO in one of Engine.IO: its type, the namespace, the number of its acknowledgement, the rest. */
const PACKET = /^4(?<type>[0-4])(?:\/[^,]+,)?\d*(?<rest>.*)$/s;
/** A request without effect, and how its answer begins. */
const [NOTHING, DONE] = ['429["unsubscribe",{"channels":["none"]}]', '439'];

/** Sends its packets one by one, until a message, an acknowledgement or an error has come. */
export async function attemptOverSocketio(
  engine: EngineConnection,
  { auth = {} }: Carried,
  act: Act,
): Promise<Outcome> {
  const [hello = '', ...requests] = packetsFor(act, auth);
  const received: string[] = [];
  const next = async (): Promise<string> => {
    const packet = await engine.next();
    received.push(packet);
    return packet;
  };
  await engine.send(hello);
  try {
    for (;;) {
      const packet = await next();
      const code = outcomeIn(packet, act);
      if (code !== undefined) {
        // Nothing else can come before the answer to a later request.
        if (isRefusal(code) && received.some((earlier) => earlier.startsWith('40{'))) {
          await engine.send(NOTHING);
          while (!(await next()).startsWith(DONE));
        }
        return { code, bytes: received.join('\n') };
      }
      if (isConnected(packet) && requests.length > 0) {
        if (requests.length === 1) await act.onceOpen?.();
        await engine.send(requests.shift() ?? '');
      }
    }
  } finally {
    engine.close();
  }
}

/** The first one opens the connection; each of the others follows when the client has joined a namespace. */
function packetsFor(act: Act, auth: object): string[] {
  const { kind, channel, by } = act;
  const start = kind === 'subscribe' ? act.start : {};
  if (kind === 'subscribe' && by === undefined) {
    return [connect('', act.ofSession === true ? { ...start, ...auth } : { channels: channel, ...start, ...auth })];
  }
  const joins = [connect('', auth), ...(by === 'namespace' ? [connect(`/${channel},`, { ...start, ...auth })] : [])];
  if (kind === 'publish') {
    const event = by === 'namespace' ? `/${channel},0["message",` : '0["publish",';
    const data = by === 'namespace' ? act.data : { channel, data: act.data };
    return [...joins, `42${event}${JSON.stringify(data)}]`];
  }
  return by === 'namespace'
    ? joins
    : [...joins, `420${JSON.stringify(['subscribe', { channels: [channel], ...start }])}`];
}

const connect = (namespace: string, auth: object): string => `40${namespace}${JSON.stringify(auth)}`;

const partsOf = (packet: string): Partial<Record<string, string>> => PACKET.exec(packet)?.groups ?? {};
const isConnected = (packet: string): boolean => partsOf(packet)['type'] === '0';
const isRefusal = (code: string): boolean => !['ok', 'disconnected', 'closed'].includes(code);

/** The outcome of the attempt, if this packet shows it. */
function outcomeIn(packet: string, { kind }: Act): string | undefined {
  if (packet === CLOSED) return 'closed';
  const { type, rest = '' } = partsOf(packet);
  switch (type) {
    case '1':
      return 'disconnected';
    case '2': {
      const [event, payload] = JSON.parse(rest) as [string, { code?: string }];
      // Of a recovered session without one of its channels.
      if (event === 'tetracast:error') return String(payload.code);
      return event === 'message' ? 'ok' : undefined;
    }
    case '3': {
      const [answer] = JSON.parse(rest) as [{ ok: boolean; error?: { code: string } }];
      if (!answer.ok) return String(answer.error?.code);
      // A subscription waits for its messages.
      return kind === 'publish' ? 'ok' : undefined;
    }
    case '4':
      return (JSON.parse(rest) as { data: { code: string } }).data.code;
    default:
      return undefined;
  }
}

/** Subscribes to the channel in a session, and leaves it. Resolves with what the stock client sends to recover it. */
export async function leaveSession(url: string, token: string, channel: string, by?: 'namespace'): Promise<string> {
  const engine = await openEngineOverWebSocket(url, {});
  await engine.send(connect(by === 'namespace' ? `/${channel},` : '', { token }));
  let pid = '';
  for (;;) {
    const packet = await engine.next();
    const { type, rest = '' } = partsOf(packet);
    if (type === '0') {
      ({ pid } = JSON.parse(rest) as { pid: string });
      if (by === 'namespace') break;
      await engine.send(`420${JSON.stringify(['subscribe', { channels: [channel] }])}`);
    }
    if (type === '3') break;
  }
  engine.close();
  return pid;
}
