import { ask, type Check, type Examination, messageOf, within } from '../examination';
import { openSocket } from './websocket';

/** Silent connections stay open: a poll that waits, an event stream and a WebSocket. */
export const checkIdle: Check = async (examination) => {
  const { idleS, io } = examination;
  const check = `silent connections live for ${idleS} s`;
  const ending = new AbortController();
  const startedMs = io.runtime.monotonicMs();
  const after = (what: string): string =>
    `${what} after ${Math.round((io.runtime.monotonicMs() - startedMs) / 1000)} s`;
  const watches = [watchPoll, watchStream, watchSocket].map((watch) => watch(examination, ending.signal));
  const cut = await within(examination, idleS * 1000, Promise.race(watches.map((watched) => watched.then(after))));
  ending.abort();
  return cut === undefined ? { check, detail: 'none was cut' } : { check, problem: 'idle', detail: cut };
};

/** Resolves when the connection ends, with what ended it; never for one that did not open, which is the matter of another check. */
type Watch = (examination: Examination, signal: AbortSignal) => Promise<string>;

const never = (): Promise<never> => new Promise(() => undefined);

const watchPoll: Watch = async (examination, signal) => {
  const { channel, idleS, patienceMs } = examination;
  try {
    // A second longer than it is watched.
    const path = `/polling?channel=${channel}&wait=${idleS + 1}`;
    const response = await ask(examination, path, { signal }, idleS * 1000 + patienceMs);
    if (response.ok) return await never();
    return `a poll that waits was answered with ${response.status}`;
  } catch (error) {
    return `a poll that waits was cut (${messageOf(error)})`;
  }
};

const watchStream: Watch = async (examination, signal) => {
  const { channel, idleS, patienceMs } = examination;
  let isOpen = false;
  try {
    const response = await ask(examination, `/sse?channel=${channel}`, { signal }, idleS * 1000 + patienceMs);
    for await (const _ of response.body ?? []) isOpen = true;
  } catch (error) {
    return isOpen ? `an event stream was cut (${messageOf(error)})` : never();
  }
  return isOpen ? 'an event stream was ended' : never();
};

const watchSocket: Watch = (examination, signal) =>
  new Promise((resolve) => {
    const socket = openSocket(examination);
    signal.addEventListener('abort', () => socket.terminate());
    socket.on('error', () => undefined);
    socket.once('open', () => {
      socket.once('close', (code) => resolve(`a WebSocket was closed with ${code}`));
    });
  });
