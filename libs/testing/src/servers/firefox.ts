import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import WebSocket from 'ws';
import { createTempDir, removeDir } from './temp-dir';

const NAME = 'firefox-esr';
const READY = /WebDriver BiDi listening on (ws:\S+)/;

/** One page of a headless Firefox, driven by WebDriver BiDi; it is closed by `await using`. */
export interface FirefoxPage extends AsyncDisposable {
  /** Resolves when the page has loaded. */
  open(url: string): Promise<void>;
  /** The value of a JavaScript expression in the page, as text; a promise is awaited. Rejects when it throws. */
  evaluate(expression: string): Promise<string>;
}

interface Answer {
  readonly id?: number;
  readonly type: string;
  readonly message?: string;
  readonly result?: unknown;
}

/** Starts Firefox ESR with a profile of this run only; throws with the command that installs it. */
export async function launchFirefox(): Promise<FirefoxPage> {
  const profile = await createTempDir('firefox');
  const firefox = spawn(NAME, ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: profile },
  });
  const socket = new WebSocket(`${await readUrl(firefox)}/session`);
  await once(socket, 'open');
  const send = createSender(socket);
  await send('session.new', { capabilities: {} });
  const { contexts } = (await send('browsingContext.getTree', {})) as { contexts: [{ context: string }] };
  const [{ context }] = contexts;
  return {
    async open(url) {
      await send('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    async evaluate(expression) {
      const script = { expression, target: { context }, awaitPromise: true };
      const answer = (await send('script.evaluate', script)) as { result?: { value?: unknown } };
      if (answer.result === undefined) throw new Error(`the page threw: ${JSON.stringify(answer)}`);
      return String(answer.result.value);
    },
    async [Symbol.asyncDispose]() {
      const exited = once(firefox, 'exit');
      socket.close();
      firefox.kill();
      await exited;
      await removeDir(profile);
    },
  };
}

async function readUrl(firefox: ChildProcessByStdio<null, null, Readable>): Promise<string> {
  const { stderr } = firefox;
  const failed = once(firefox, 'error').then(() => {
    throw new Error(`${NAME} not found. Install it: sudo apt-get install -y ${NAME}`);
  });
  const ready = (async () => {
    for await (const line of createInterface({ input: stderr })) {
      const url = READY.exec(line)?.[1];
      if (url !== undefined) return url;
    }
    throw new Error('Firefox ended before it listened for WebDriver BiDi.');
  })();
  return Promise.race([ready, failed]);
}

/** Sends a command of WebDriver BiDi, and resolves to its result. */
function createSender(socket: WebSocket): (method: string, params: object) => Promise<unknown> {
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  return async (method, params) => {
    const id = (last += 1);
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const answer = await answered;
    if (answer.type === 'error') throw new Error(`${method}: ${answer.message ?? ''}`);
    return answer.result;
  };
}
