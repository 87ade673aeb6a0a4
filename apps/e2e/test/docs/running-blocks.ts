import { type ManagedProcess, Progress, spawnProcess } from '@tetracast/testing';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { CodeBlock } from './code-blocks';
import type { ReadersSite } from './readers-site';

/** Files of a project, so that an `mjs` block may import what is installed. */
const PROJECT = resolve(__dirname, '../..');

interface Program {
  readonly command: (code: string) => readonly [string, ...string[]];
  /** Debian's packages that it needs. */
  readonly debian: string;
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  sh: { command: (code) => ['/bin/sh', '-ec', code], debian: 'curl' },
  bash: { command: (code) => ['/bin/bash', '-ec', code], debian: 'bash curl' },
  mjs: {
    command: (code) => [process.execPath, '--no-warnings', '--input-type=module', '-e', code],
    debian: 'nodejs',
  },
  python: {
    command: (code) => ['/usr/bin/python3', '-u', '-B', '-c', code],
    debian: 'python3 python3-aiohttp python3-requests python3-socketio python3-websockets',
  },
  php: { command: (code) => ['/usr/bin/php', '-r', code.replace('<?php\n', '')], debian: 'php-cli' },
};

/** The scripts of the lab page, in whose console a reader pastes; the page itself would take connections of the browser. */
const CONSOLE_SCRIPTS = ['/vendor/jquery.min.js', '/socket.io/socket.io.js'];

/** Reports each text that a page shows. */
const REPORT_TEXTS = `new MutationObserver((records) => {
  for (const { addedNodes } of records) for (const { textContent } of addedNodes) report(-1, textContent);
}).observe(document, { childList: true, subtree: true });`;

export interface RunningBlock {
  readonly block: CodeBlock;
  /** What it printed, or what its page shows. */
  readonly lines: string[];
  /** Resolves when it has come to its end; rejects with its output when it failed. */
  readonly ended: Promise<void>;
}

export interface RunOptions {
  /** Of the server. */
  readonly url: string;
  /** Where a server without keys speaks plain WebSocket. */
  readonly plainPort: number;
  readonly browser: Browser;
  readonly site: ReadersSite;
  readonly token: string;
  readonly apiKey: string;
  /** What stands for a name of the page, such as `news`. */
  readonly names: Readonly<Record<string, string>>;
}

/** Runs the blocks of one page, in programs and in the pages of one browser context. */
export class BlockRunner implements AsyncDisposable {
  /** A step for each line that a block printed. */
  readonly printed = new Progress();
  readonly #running = new Set<() => Promise<unknown>>();
  #console: Promise<Page> | undefined;
  readonly #inConsole: RunningBlock[] = [];

  constructor(readonly options: RunOptions) {}

  /** A text of the page as it is here: with the address of this server, and with channels that no other page uses. */
  fit(text: string): string {
    const { url, plainPort, names } = this.options;
    return Object.entries(names).reduce(
      (fitted, [name, here]) => fitted.replace(new RegExp(`\\b${name}\\b`, 'g'), here),
      text
        .replaceAll(/(?:127\.0\.0\.1|localhost):8080/g, new URL(url).host)
        .replaceAll('localhost:3601', `localhost:${plainPort}`),
    );
  }

  async start(block: CodeBlock): Promise<RunningBlock> {
    const code = this.fit(block.code);
    if (block.language === 'js') return this.#startInConsole(block, code);
    if (block.language === 'html') return this.#openPage(block, code);
    return this.#startProgram(block, code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map((stop) => stop()));
  }

  #take(lines: string[], text: string): void {
    lines.push(...text.split('\n').filter((line) => line !== ''));
    this.printed.moved();
  }

  async #startProgram(block: CodeBlock, code: string): Promise<RunningBlock> {
    const lines: string[] = [];
    const { command: commandOf, debian } =
      PROGRAMS[block.language] ?? fail(`${block.name}: no program runs ${block.language}`);
    const [command, ...args] = commandOf(code);
    const install = `sudo apt-get install -y ${debian}`;
    const { PATH, HOME } = process.env;
    let rest = '';
    const program = await spawnProcess({
      command,
      args,
      cwd: PROJECT,
      install,
      env: { PATH, HOME, LC_ALL: 'C.UTF-8', TOKEN: this.options.token, API_KEY: this.options.apiKey },
      onStdout: (text) => {
        const whole = (rest + text).split('\n');
        rest = whole.pop() ?? '';
        this.#take(lines, whole.join('\n'));
      },
    });
    const stop = (): Promise<void> => killGroup(program);
    this.#running.add(stop);
    const ended = program.exited.then(({ code: status, signal }) => {
      this.#running.delete(stop);
      this.#take(lines, rest);
      if (status !== 0)
        throw new Error(
          `${block.name} ended (${signal ?? `exit code ${status}`}). Is a package missing? ${install}\n${program.output()}`,
        );
    });
    ended.catch(() => undefined);
    return { block, lines, ended };
  }

  async #startInConsole(block: CodeBlock, code: string): Promise<RunningBlock> {
    const page = await (this.#console ??= this.#openConsole());
    const index = this.#inConsole.length;
    const script = `(async (console) => {\n${code}\n})({ log: (...args) => report(${index}, args.map((arg) =>
      typeof arg === 'object' ? JSON.stringify(arg) : String(arg)).join(' ')) })`;
    const lines: string[] = [];
    const running = { block, lines, ended: Promise.resolve() };
    this.#inConsole.push(running);
    running.ended = page.evaluate(script).then(
      () => undefined,
      (error: unknown) => {
        throw new Error(`${block.name} failed`, { cause: error });
      },
    );
    running.ended.catch(() => undefined);
    return running;
  }

  async #openConsole(): Promise<Page> {
    const page = await this.#newPage((index, text) => this.#take(this.#inConsole[index]?.lines ?? [], text));
    await page.goto(`${this.options.url}/healthz`);
    for (const script of CONSOLE_SCRIPTS) await page.addScriptTag({ url: script });
    return page;
  }

  async #openPage(block: CodeBlock, code: string): Promise<RunningBlock> {
    const lines: string[] = [];
    const page = await this.#newPage((_, text) => this.#take(lines, text));
    await page.addInitScript(REPORT_TEXTS);
    await page.goto(this.options.site.add(code));
    return { block, lines, ended: Promise.resolve() };
  }

  /** In a separate context, which shares no connections with others: a browser opens six to one origin. */
  async #newPage(report: (index: number, text: string) => void): Promise<Page> {
    const context = await this.options.browser.newContext();
    this.#running.add(() => context.close());
    const page = await context.newPage();
    await page.exposeFunction('report', report);
    await page.addInitScript(`globalThis.token = ${JSON.stringify(this.options.token)};`);
    return page;
  }
}

/** The program with what it started. */
async function killGroup(program: ManagedProcess): Promise<void> {
  try {
    process.kill(-program.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
  await program.exited;
}

function fail(why: string): never {
  throw new Error(why);
}
