import { openPlainWire, openWebSocketWire, type WebSocketWire } from '@tetracast/testing';
import type { Act, Outcome } from './attempt';
import type { Carried } from './carriers';
import { address } from './http-attempt';

/** Goes on until a message, an acknowledgement or an error has come, and then until nothing else can come before it. */
export async function attemptOverWebSocket(url: string, carried: Carried, act: Act): Promise<Outcome> {
  const { headers = {}, protocols = [], frame } = carried;
  const { parameters, request } = wordsOf(act);
  await using wire = await openWebSocketWire(address(`${url}/ws`, parameters, carried), {
    headers,
    protocols: [...protocols],
  });
  if (frame !== undefined) wire.send({ type: 'auth', token: frame });
  if (act.onceOpen !== undefined) {
    await wire.nextOf('welcome');
    await act.onceOpen();
  }
  if (request !== undefined) wire.send(request);
  const code = await outcomeOn(wire);
  if (code !== 'ok') await lastWord(wire);
  return { code, bytes: JSON.stringify(wire.frames) };
}

/** What the close codes say that the errors of other transports do. */
const REFUSALS: Readonly<Record<number, string>> = { 4001: 'unauthorized', 4003: 'forbidden' };

/** Goes on until the message it came for, or its own text, has come, or until it is closed. */
export async function attemptOverPlainWebSocket(url: string, carried: Carried, act: Act): Promise<Outcome> {
  const { headers = {}, protocols = [] } = carried;
  const { channel } = act;
  const [start, wanted] = act.kind === 'publish' ? [{}, act.data] : [act.start, act.until];
  const target = address(`${url}/ws`, { channel, format: 'data', ...start }, carried);
  await using wire = await openPlainWire(target, { headers, protocols });
  await act.onceOpen?.();
  if (act.kind === 'publish') wire.send(act.data);
  for (;;) {
    const text = await wire.next().catch(() => wire.closed);
    const code = typeof text === 'string' ? 'ok' : (REFUSALS[text.code] ?? `closed with ${text.code}`);
    if (typeof text !== 'string' || text.includes(wanted)) return { code, bytes: wire.texts.join() };
  }
}

function wordsOf(act: Act): { parameters: Readonly<Record<string, string>>; request?: object } {
  const { channel } = act;
  if (act.kind === 'publish') return { parameters: {}, request: { type: 'publish', channel, data: act.data } };
  if (act.by === undefined) return { parameters: { channel, ...act.start } };
  return { parameters: {}, request: { type: 'subscribe', channels: [channel], ...act.start } };
}

async function outcomeOn(wire: WebSocketWire): Promise<string> {
  for (;;) {
    const frame = await wire.next().catch(() => wire.closed);
    if (!('type' in frame)) return `closed with ${frame.code}`;
    if (frame.type === 'message' || frame.type === 'ack') return 'ok';
    if (frame.type === 'error') return frame.code;
  }
}

/** Resolves when the line is closed, or has answered a ping that followed all else. */
async function lastWord(wire: WebSocketWire): Promise<void> {
  wire.send({ type: 'ping' });
  await Promise.race([wire.nextOf('pong').catch(() => undefined), wire.closed]);
}
