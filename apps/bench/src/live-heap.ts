import WebSocket from 'ws';

/** Answers of Node's inspector (the Chrome DevTools Protocol), as far as they are read. */
interface Answer {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: number } };
}

const USED = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';

/**
 * Bytes of the live objects of a Node process and of their buffers: what is left by its garbage collector, which this has run
 * first. The process was started with `--inspect=<port>`.
 */
export async function liveHeapBytes(port: number): Promise<number> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  const inspector = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  try {
    await new Promise((resolve, reject) => inspector.once('open', resolve).once('error', reject));
    await ask(inspector, 1, 'HeapProfiler.collectGarbage', {});
    const used = await ask(inspector, 2, 'Runtime.evaluate', { expression: USED, returnByValue: true });
    return used.result?.result?.value ?? NaN;
  } finally {
    inspector.terminate();
  }
}

function ask(inspector: WebSocket, id: number, method: string, params: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    inspector.once('close', () => reject(new Error(`The process ended before it answered ${method}`)));
    inspector.on('message', (raw: Buffer) => {
      const answer = JSON.parse(raw.toString()) as Answer;
      if (answer.id === id) resolve(answer);
    });
    inspector.send(JSON.stringify({ id, method, params }));
  });
}
