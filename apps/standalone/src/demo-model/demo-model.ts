import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isLoopback } from '@tetracast/session';
import { answerTo, wordsOf } from './answer-text';

const WORDS_PER_SECOND = 15;

/**
 * The upstream of the relay `demo`, unless the operator names another one. Only on loopback, as the faults of the lab. With WORKERS the
 * first process has it, and the others get its address in their environment.
 */
export async function offerDemoModel(env: NodeJS.ProcessEnv): Promise<DemoModel | undefined> {
  if ((env['RELAY_DEMO'] ?? '') !== '' || !isLoopback(env['HOST'] ?? '127.0.0.1')) return undefined;
  const model = await startDemoModel();
  env['RELAY_DEMO'] = model.url;
  return model;
}

export interface DemoModel extends AsyncDisposable {
  readonly url: string;
}

/** Stands in for a language model on a free port of loopback: answers each request by a plain text that it writes word by word. */
export async function startDemoModel(wordsPerSecond = WORDS_PER_SECOND): Promise<DemoModel> {
  const server = createServer((request, response) => void respond(request, response, 1000 / wordsPerSecond));
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, pauseMs: number): Promise<void> {
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  try {
    const question = await text(request);
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    await pipeline(speak(answerTo(question), pauseMs, leaving.signal), response);
  } catch {
    // The requester has left: there is nobody to answer.
    response.destroy();
  }
}

async function* speak(answer: string, pauseMs: number, signal: AbortSignal): AsyncGenerator<string, void> {
  for (const word of wordsOf(answer)) {
    yield word;
    await delay(pauseMs, undefined, { signal });
  }
}
