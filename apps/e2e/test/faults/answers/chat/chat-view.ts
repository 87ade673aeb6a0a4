import { startTcpProxy, type TcpProxy } from '@tetracast/testing';
import { build } from 'esbuild';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Asked, bodyOf, relayToken } from '../ask';
import type { Transcript } from '../transcript';
import type { Question, View } from '../views';

/** What the page of a chat is to do. */
export interface ChatScene {
  readonly id: string;
  /** The Idempotency-Key. */
  readonly key: string;
  readonly token: string;
  readonly fake: object;
  readonly transports: ('websocket' | 'sse' | 'polling')[];
}

/** What the page shows. */
export interface ChatReport {
  readonly text: string;
  readonly end?: 'done' | 'short' | 'failed';
  /** Of a failure. */
  readonly code?: string;
}

const TRANSPORTS = ['websocket', 'sse', 'polling'] as const;
const CHAT_ID = 'chat';

let bundle: Promise<string> | undefined;

/** The page with React and the AI SDK. */
async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, 'chat-page.ts')],
    bundle: true,
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.text ?? '';
}

/** `useChat` of the AI SDK, in a tab of Chromium. */
export class ChatView implements View {
  private constructor(
    private readonly transcript: Transcript,
    private readonly proxy: TcpProxy,
    private readonly context: BrowserContext,
    private readonly page: Page,
  ) {}

  static async open(browser: Browser, question: Question, transcript: Transcript): Promise<ChatView> {
    const proxy = await startTcpProxy(question.url);
    const context = await browser.newContext();
    const page = await context.newPage();
    const view = new ChatView(transcript, proxy, context, page);
    const { script, key } = question;
    const first = script.answer.seed % TRANSPORTS.length;
    const scene: ChatScene = {
      ...{ id: CHAT_ID, key, token: relayToken(), fake: bodyOf(script).fake },
      transports: [...TRANSPORTS.slice(first), ...TRANSPORTS.slice(0, first)],
    };
    const text = await (bundle ??= bundlePage());
    const html = `<!doctype html><body></body><script>window.scene = ${JSON.stringify(scene)}</script><script src="/chat.js"></script>`;
    await page.route(`${proxy.url}/chat`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.route(`${proxy.url}/chat.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: text }));
    await page.exposeFunction('report', (report: ChatReport) => view.take(report));
    page.on('pageerror', (error) => transcript.fail(error));
    await page.goto(`${proxy.url}/chat`);
    return view;
  }

  /** Where the page has stored that. */
  async asked(): Promise<Asked | undefined> {
    const stored = await this.page.evaluate((key) => localStorage.getItem(key), `tetracast:answer:${CHAT_ID}`);
    return stored === null ? undefined : (JSON.parse(stored) as Asked);
  }

  async cut(ms: number): Promise<void> {
    await this.proxy.cut(() => delay(ms)); // how long the fault lasts
  }

  async reload(): Promise<void> {
    this.transcript.restart();
    await this.page.reload();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await this.proxy.close();
  }

  private take({ text, end, code = '' }: ChatReport): void {
    this.transcript.replace(text);
    if (end !== undefined) this.transcript.end({ state: end, code });
  }
}
