import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An upstream of a relay that writes what the test says, when the test says it. It answers one request at a time. */
export class ScriptedModel implements AsyncDisposable {
  /** What it was asked, the newest last. */
  readonly questions: string[] = [];
  private response: ServerResponse | undefined;
  private left: Promise<unknown> = Promise.resolve();

  private readonly server = createServer((request, response) => {
    this.response = response;
    this.left = once(response, 'close');
    void text(request).then((question) => {
      this.questions.push(question);
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).flushHeaders();
    });
  });

  static async start(): Promise<ScriptedModel> {
    const model = new ScriptedModel();
    model.server.listen(0, '127.0.0.1').unref();
    await once(model.server, 'listening');
    return model;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  write(words: string): void {
    this.response?.write(words);
  }

  end(): void {
    this.response?.end();
  }

  /** Resolves when the requester has left, or has everything. */
  async untilLeft(): Promise<void> {
    await this.left;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
