import WebSocket from 'ws';

/** Answers of Node's inspector (the Chrome DevTools Protocol), as far as they are read. */
interface Answer {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: number } };
}

/** A session with the inspector of a Node process that was started with `--inspect=<port>`. */
export class Inspector implements Disposable {
  private lastId = 0;

  private constructor(private readonly socket: WebSocket) {}

  static async connect(port: number): Promise<Inspector> {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
    const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new Inspector(socket);
  }

  /** The number that an expression is in the process; `NaN` if it is none. */
  async evaluate(expression: string): Promise<number> {
    const { result } = await this.ask('Runtime.evaluate', { expression, returnByValue: true });
    return result?.result?.value ?? NaN;
  }

  ask(method: string, params: object = {}): Promise<Answer> {
    const { socket } = this;
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const onClose = (): void => reject(new Error(`The process ended before it answered ${method}`));
      const onMessage = (raw: Buffer): void => {
        const answer = JSON.parse(raw.toString()) as Answer;
        if (answer.id !== id) return;
        socket.off('message', onMessage).off('close', onClose);
        resolve(answer);
      };
      socket.on('message', onMessage).once('close', onClose);
      socket.send(JSON.stringify({ id, method, params }));
    });
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}
