import { ask, type Check, type Examination, within } from './examination';
import { messageOf } from './http-checks';
import { openSocket } from './websocket-check';

/** Silent connections stay open: a poll that is held, an event stream and a WebSocket. */
export const checkIdle: Check = async (examination) => {
  const { idleS } = examination;
  const check = `silent connections live for ${idleS} s`;
  const startedMs = examination.io.runtime.monotonicMs();
  const after = (what: string): string =>
    `${what} after ${Math.round((examination.io.runtime.monotonicMs() - startedMs) / 1000)} s`;
  const cuts = [watchPoll(examination), watchStream(examination), watchSocket(examination)];
  const cut = await within(examination, idleS * 1000, Promise.race(cuts.map((watched) => watched.then(after))));
  return cut === undefined ? { check, detail: 'none was cut' } : { check, problem: 'idle', detail: cut };
};

/** Each resolves when its connection ends, with what ended it. */
async function watchPoll(examination: Examination): Promise<string> {
  const { channel, idleS, patienceMs } = examination;
  try {
    const path = `/polling?channel=${channel}&wait=${idleS}`;
    const response = await ask(examination, path, {}, idleS * 1000 + patienceMs);
    if (response.ok) return await new Promise<never>(() => undefined);
    return `a held poll was answered with ${response.status}`;
  } catch (error) {
    return `a held poll was cut (${messageOf(error)})`;
  }
}

async function watchStream(examination: Examination): Promise<string> {
  const { channel, idleS, patienceMs } = examination;
  try {
    const response = await ask(examination, `/sse?channel=${channel}`, {}, idleS * 1000 + patienceMs);
    for await (const _ of response.body ?? []);
  } catch (error) {
    return `an event stream was cut (${messageOf(error)})`;
  }
  return 'an event stream was ended';
}

/** A WebSocket that never opened is the matter of another check. */
function watchSocket(examination: Examination): Promise<string> {
  return new Promise((resolve) => {
    const socket = openSocket(examination);
    const { runtime } = examination.io;
    const timer = runtime.setTimeout(() => socket.terminate(), examination.idleS * 1000 + 100);
    socket.on('error', () => runtime.clearTimeout(timer));
    socket.once('open', () => {
      socket.once('close', (code) => {
        runtime.clearTimeout(timer);
        resolve(`a WebSocket was closed with ${code}`);
      });
    });
  });
}
