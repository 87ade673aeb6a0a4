import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

export interface ChatModel extends AsyncDisposable {
  readonly url: string;
}

const event = (part: object): string => `data: ${JSON.stringify(part)}\n\n`;

/** A back end that answers a chat of the AI SDK with what the model at `modelUrl` says, in the SDK's UI message stream protocol. */
export async function startChatModel(modelUrl: string): Promise<ChatModel> {
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const answer = async (): Promise<void> => {
      const { fake } = JSON.parse(await readText(request)) as { fake: object };
      const body = JSON.stringify({ fake: { ...fake, form: 'text' } });
      const said = await fetch(`${modelUrl}/text`, { method: 'POST', body, signal: gone.signal });
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1' });
      response.write(event({ type: 'start', messageId: 'answer' }) + event({ type: 'text-start', id: '1' }));
      const decoder = new TextDecoder();
      for await (const chunk of said.body as unknown as AsyncIterable<Uint8Array>) {
        const delta = decoder.decode(chunk, { stream: true });
        if (delta !== '') response.write(event({ type: 'text-delta', id: '1', delta }));
      }
      response.write(event({ type: 'text-end', id: '1' }) + event({ type: 'finish', finishReason: 'stop' }));
      response.end('data: [DONE]\n\n');
    };
    answer().catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
