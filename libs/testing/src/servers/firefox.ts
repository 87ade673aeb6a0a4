import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import WebSocket from 'ws';
import { createTempDir, removeDir } from './temp-dir';

/** Else Firefox waits up to a minute before it connects a WebSocket again after failures: a test of failures would only wait. */
const PREFERENCES = `user_pref('network.websocket.delay-failed-reconnects', false);\n`;

const NAME = 'firefox-esr';
const READY = /WebDriver BiDi listening on (ws:\S+)/;

/** A headless Firefox, driven by WebDriver BiDi; it is closed by `await using`. */
export interface Firefox extends AsyncDisposable {
  /** Of its main process. */
  readonly pid: number;
  /** Opens a tab, in front of the others. `preload`: a script that runs in each document of the tab before the document's own. */
  newPage(preload?: string): Promise<FirefoxPage>;
}

export interface FirefoxPage {
  /** What the page threw, and each error on its console. */
  readonly failures: readonly string[];
  /** Resolves when the page has loaded. */
  open(url: string): Promise<void>;
  /** Goes back in the history of the tab. */
  back(): Promise<void>;
  /** The value of a JavaScript expression in the page, as text; a promise is awaited. Rejects when it throws. */
  evaluate(expression: string): Promise<string>;
  close(): Promise<void>;
}

type Send = (method: string, params: object) => Promise<unknown>;

interface Answer {
  readonly id?: number;
  readonly type: string;
  readonly message?: string;
  readonly result?: unknown;
  /** Of an event, which has no `id`. */
  readonly params?: LogEntry;
}

interface LogEntry {
  readonly level: string;
  readonly text: string;
  readonly source: { readonly context?: string };
}

/** Starts Firefox ESR with a profile of this run only; throws with the command that installs it. */
export async function launchFirefox(): Promise<Firefox> {
  const profile = await createTempDir('firefox');
  await writeFile(join(profile, 'user.js'), PREFERENCES);
  const firefox = spawn(NAME, ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: profile },
  });
  const socket = new WebSocket(`${await readUrl(firefox)}/session`);
  await once(socket, 'open');
  const failuresOf = new Map<string, string[]>();
  const send = createSender(socket, ({ level, text, source }) => {
    if (level === 'error') failuresOf.get(source.context ?? '')?.push(text);
  });
  await send('session.new', { capabilities: {} });
  await send('session.subscribe', { events: ['log.entryAdded'] });
  return {
    pid: firefox.pid as number,
    async newPage(preload) {
      const { context } = (await send('browsingContext.create', { type: 'tab' })) as { context: string };
      const failures: string[] = [];
      failuresOf.set(context, failures);
      if (preload !== undefined) {
        await send('script.addPreloadScript', { functionDeclaration: `() => { ${preload} }`, contexts: [context] });
      }
      return createPage(send, context, failures);
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

function createPage(send: Send, context: string, failures: readonly string[]): FirefoxPage {
  return {
    failures,
    async open(url) {
      await send('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    async back() {
      await send('browsingContext.traverseHistory', { context, delta: -1 });
    },
    async evaluate(expression) {
      const script = { expression, target: { context }, awaitPromise: true };
      const answer = (await send('script.evaluate', script)) as { result?: { value?: unknown } };
      if (answer.result === undefined) throw new Error(`the page threw: ${JSON.stringify(answer)}`);
      return String(answer.result.value);
    },
    async close() {
      await send('browsingContext.close', { context });
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

/** Sends a command of WebDriver BiDi, and resolves to its result. `onLogEntry` receives what the pages log. */
function createSender(socket: WebSocket, onLogEntry: (entry: LogEntry) => void): Send {
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
    else if (answer.params !== undefined) onLogEntry(answer.params);
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
