import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { createServer } from 'node:http';

/** Where a reader serves a page that is not on the server of Tetracast; the operator allows its origin. */
export interface ReadersSite extends AsyncDisposable {
  /** Such as `http://localhost:8000`, as the documentation calls it. */
  readonly origin: string;
  /** The address of a page with this text. */
  add(html: string): string;
  /** Puts a script beside the pages, for their `<script src="name">`. */
  addScript(name: string, text: string): void;
}

export async function startReadersSite(): Promise<ReadersSite> {
  const pages: string[] = [];
  const scripts = new Map<string, string>();
  const server = createServer(({ url = '' }, response) => {
    const name = url.slice(1);
    const script = scripts.get(name);
    const text = script ?? pages[Number(name)];
    const type = script === undefined ? 'text/html' : 'text/javascript';
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(text);
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    add: (html) => `${origin}/${pages.push(html) - 1}`,
    addScript: (name, text) => void scripts.set(name, text),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
