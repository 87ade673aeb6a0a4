import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { type Check, type Examination, publish, readError, refusedOriginOf, within } from '../examination';
import type { Finding, Problem } from '../problems';

const SUBPROTOCOL = 'tetracast.v1';

export function openSocket({ url, token, channel, patienceMs, origin }: Examination): WebSocket {
  const protocols = [SUBPROTOCOL, ...(token === undefined ? [] : [`tetracast.token.${token}`])];
  const target = `${url.replace(/^http/, 'ws')}/ws?channel=${channel}`;
  return new WebSocket(target, protocols, { handshakeTimeout: patienceMs, headers: { origin } });
}

/** A WebSocket opens, with its subprotocol, and a message comes. */
export const checkWebSocket: Check = async (examination) => {
  const check = 'WebSockets pass';
  return { check, ...(await tryHandshake(openSocket(examination), examination, `websocket-${examination.channel}`)) };
};

/** A proxy that passes the WebSockets of one path may not pass those of the other. */
export const checkSocketIo: Check = async (examination) => {
  const { url, patienceMs, origin } = examination;
  const check = 'Socket.IO passes';
  const target = `${url}/socket.io/?EIO=4&transport=`;
  const init = {
    headers: { origin },
    signal: AbortSignal.any([AbortSignal.timeout(patienceMs), examination.io.signal]),
  };
  const response = await fetch(`${target}polling`, init).catch(() => undefined);
  const text = (await response?.text().catch(() => '')) ?? '';
  // Engine.IO's packet "open".
  if (!text.startsWith('0{')) {
    const error = readError(text);
    const detail =
      error === undefined ? `its handshake was answered with ${response?.status ?? 'nothing'}` : error.detail;
    return error?.code === 'forbidden_origin'
      ? { check, isUnknown: true, detail }
      : { check, problem: 'socket-io', detail };
  }
  const socket = new WebSocket(`${target.replace(/^http/, 'ws')}websocket`, {
    handshakeTimeout: patienceMs,
    headers: { origin },
  });
  return { check, ...(await tryHandshake(socket, examination)) };
};

type Outcome = Omit<Finding, 'check'>;

/** @param mark is published, and must come; without it the first frame is enough */
async function tryHandshake(socket: WebSocket, examination: Examination, mark?: string): Promise<Outcome> {
  const outcome = await within(examination, 3 * examination.patienceMs, outcomeOf(socket, examination, mark));
  socket.terminate();
  return outcome ?? { problem: 'upgrade', detail: 'the WebSocket opens, and nothing comes' };
}

function outcomeOf(socket: WebSocket, examination: Examination, mark: string | undefined): Promise<Outcome> {
  return new Promise((end) => {
    let frames = 0;
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      const { type, code, message } = frameIn(text);
      if (type === 'error') end({ problem: refusalOf(code, examination), detail: `${code}: ${message}` });
      else if (mark === undefined) end({ detail: 'polling and WebSocket' });
      else if (text.includes(mark)) end({ detail: 'the handshake and a message' });
      else if (frames++ === 0) {
        void publish(examination, mark).then(({ why }) => {
          if (why !== undefined) end({ detail: `the handshake; ${why}` });
        });
      }
    });
    socket.on('unexpected-response', (_request, response) => {
      void describeAnswer(response, examination).then(end);
    });
    socket.on('error', ({ message }) => {
      end({ problem: /subprotocol/i.test(message) ? 'subprotocol' : 'upgrade', detail: message });
    });
    socket.on('close', (code) => end({ problem: 'upgrade', detail: `closed with ${code}` }));
  });
}

function frameIn(text: string): { type: string; code: string; message: string } {
  const empty = { type: '', code: '', message: '' };
  try {
    return { ...empty, ...(JSON.parse(text) as object) };
  } catch {
    return empty;
  }
}

/** The same token was accepted over HTTP. */
function refusalOf(code: string, examination: Examination): Problem {
  if (code === 'forbidden_origin') return refusedOriginOf(examination);
  return code === 'unauthorized' ? 'subprotocol' : 'token';
}

/** The server answers a request that has lost its `Upgrade` with a problem; a proxy that blocks it answers by itself. */
async function describeAnswer(response: IncomingMessage, examination: Examination): Promise<Outcome> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  const status = `the handshake was answered with ${response.statusCode ?? 0}`;
  const error = readError(body);
  if (error === undefined) return { problem: 'upgrade', detail: `${status}, not by the server` };
  if (error.code === 'forbidden_origin') {
    return { problem: refusedOriginOf(examination), detail: `${status} ${error.code}` };
  }
  const isOld = error.detail.includes('HTTP/1.0');
  return { problem: isOld ? 'http10' : 'upgrade', detail: `${status} by the server: ${error.detail}` };
}
