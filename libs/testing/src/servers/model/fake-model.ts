import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONTENT_TYPES, type FakeAnswer, type FakeForm, fakePieces } from './fake-body';

/** A request that a fake model has received. */
export interface ModelRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the connection ended before the answer did. */
  readonly aborted: boolean;
  /** Resolves when the answer has ended, or its connection. */
  readonly ended: Promise<void>;
}

export interface FakeModel extends AsyncDisposable {
  readonly url: string;
  /** In the order in which they came. */
  readonly requests: readonly ModelRequest[];
  /** The next request, if there are `count` so far. */
  request(count: number): Promise<ModelRequest>;
  stop(): Promise<void>;
}

/**
 * A server that stands in for the API of a language model. The member `fake` of a request's JSON body, a {@link FakeAnswer}, says what
 * it answers; `defaults` says the rest.
 */
export async function startFakeModel(defaults: FakeAnswer = {}, port = 0): Promise<FakeModel> {
  const requests: ModelRequest[] = [];
  const waiting: { readonly count: number; readonly resolve: (request: ModelRequest) => void }[] = [];
  const stopping = new AbortController();

  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      const { record, onClose } = recordOf(request, response, body);
      requests.push(record);
      for (const { count, resolve } of waiting) if (count === requests.length) resolve(record);
      response.once('close', onClose);
      await answer(response, { ...defaults, ...fakeIn(body) }, request.url ?? '', stopping.signal);
    }, ignore);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const stop = async (): Promise<void> => {
    stopping.abort();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    request: (count) =>
      new Promise((resolve) => {
        const found = requests[count - 1];
        if (found === undefined) waiting.push({ count, resolve });
        else resolve(found);
      }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function recordOf(
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
  body: string,
): { record: ModelRequest; onClose: () => void } {
  let onClose = ignore;
  const ended = new Promise<void>((resolve) => (onClose = resolve));
  const record = { method, path: url, headers, body, aborted: false, ended };
  return {
    record,
    onClose: () => {
      record.aborted = !response.writableFinished;
      onClose();
    },
  };
}

async function answer(response: ServerResponse, fake: FakeAnswer, path: string, stopped: AbortSignal): Promise<void> {
  const {
    status,
    redirectTo,
    headers,
    failAfterWords = Infinity,
    hangAfterWords = Infinity,
    wordsPerSecond = 0,
  } = fake;
  const form = fake.form ?? formOf(path);
  if (redirectTo !== undefined) {
    response.writeHead(302, { location: redirectTo, ...headers }).end();
    return;
  }
  if (status !== undefined && status >= 300) {
    const body =
      fake.body ?? JSON.stringify({ error: { message: 'the fake model refuses', type: 'fake', code: status } });
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    return;
  }
  if (hangAfterWords === 0) return;
  response.writeHead(status ?? 200, { 'content-type': fake.contentType ?? CONTENT_TYPES[form], ...headers });
  response.flushHeaders();
  let sent = 0;
  for (const bytes of chunksOf(fakePieces(fake, form), fake.chunkBytes)) {
    if (sent >= hangAfterWords) return;
    if (sent >= failAfterWords) {
      response.destroy();
      return;
    }
    if (wordsPerSecond > 0 && sent > 0) await pause(1000 / wordsPerSecond);
    if (stopped.aborted || response.destroyed) return;
    // Written before the next one is: a cut or a hang comes after it.
    await new Promise<void>((resolve) => response.write(bytes, () => resolve()));
    sent++;
  }
  response.end();
}

function chunksOf(pieces: readonly string[], chunkBytes: number | undefined): Buffer[] {
  if (chunkBytes === undefined) return pieces.map((piece) => Buffer.from(piece));
  const body = Buffer.from(pieces.join(''));
  return Array.from({ length: Math.ceil(body.length / chunkBytes) }, (_, index) =>
    body.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
}

function formOf(path: string): FakeForm {
  if (path.includes('/chat/completions')) return 'openai';
  if (path.includes('/ndjson')) return 'ndjson';
  return path.includes('/sse') ? 'sse' : 'text';
}

function fakeIn(body: string): FakeAnswer {
  try {
    return (JSON.parse(body) as { readonly fake?: FakeAnswer } | null)?.fake ?? {};
  } catch {
    return {};
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
  return body;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function ignore(): void {
  // Nothing to do.
}
