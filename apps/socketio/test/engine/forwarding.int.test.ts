import fastify, { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import {
  createServer,
  globalAgent,
  type IncomingMessage,
  request,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { FORWARDED_HEADER } from '../../src/engine/forwarded';
import { forwardRequest } from '../../src/engine/forwarding';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** What the owner does with a request that reaches it. */
let answering: Answering;
let owner: Server;
let connections: number;
/** Runs before a request is forwarded. */
let before: (response: ServerResponse) => Promise<unknown>;
let front: FastifyInstance;
let url: string;

beforeEach(async () => {
  owner = createServer((request_, response) => {
    answering(request_, response);
  });
  connections = 0;
  owner.on('connection', () => connections++);
  owner.listen(0, '127.0.0.1');
  await once(owner, 'listening');
  const address = `http://127.0.0.1:${(owner.address() as AddressInfo).port}`;
  front = fastify();
  front.removeAllContentTypeParsers();
  front.addContentTypeParser('*', (_request, payload, done) => {
    done(null, payload);
  });
  before = () => Promise.resolve();
  front.all('*', async (asked, reply) => {
    await before(reply.raw);
    return forwardRequest(asked, reply, { address, key: 'k', isSibling: false });
  });
  url = await front.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  owner.closeAllConnections();
  owner.close();
  await front.close();
});

/** What the owner got. */
interface Got {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Has the owner tell what it got. */
function tellBack(): void {
  answering = (asked, response) => {
    void text(asked).then((body) => {
      response.setHeader('connection', 'x-hop');
      response.setHeader('x-hop', 'for the next hop');
      response.setHeader('x-own', 'of the owner');
      response.end(JSON.stringify({ method: asked.method, url: asked.url, headers: asked.headers, body }));
    });
  };
}

async function ask(options: RequestOptions, body?: string): Promise<{ answer: IncomingMessage; got: Got }> {
  const sent = request(url + '/socket.io/?EIO=4', { agent: false, ...options });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { answer, got: JSON.parse(await text(answer)) as Got };
}

describe('a request that is forwarded', () => {
  it('arrives as it was sent, but for what is said to the next hop only', async () => {
    tellBack();
    const headers = { host: 'news.example', connection: 'x-mine', 'x-mine': '1', te: 'trailers', 'x-other': '2' };

    const { answer, got } = await ask({ headers });

    expect(got).toMatchObject({ method: 'GET', url: '/socket.io/?EIO=4', body: '' });
    expect(got.headers).toMatchObject({ host: 'news.example', 'x-other': '2', [FORWARDED_HEADER]: 'port k 127.0.0.1' });
    expect(got.headers).not.toHaveProperty('x-mine');
    expect(got.headers).not.toHaveProperty('te');
    expect(answer.headers).toMatchObject({ 'x-own': 'of the owner' });
    expect(answer.headers).not.toHaveProperty('x-hop');
  });

  it.each([{ 'content-length': '5' }, { 'transfer-encoding': 'chunked' }])('brings its body: %j', async (headers) => {
    tellBack();

    const { got } = await ask({ method: 'POST', headers }, 'hello');

    expect(got).toMatchObject({ method: 'POST', body: 'hello' });
  });

  it.each([{ 'content-length': '5' }, { 'transfer-encoding': 'chunked' }])(
    'leaves behind what only a POST may bring, with its length: %j',
    async (headers) => {
      tellBack();

      const { got } = await ask({ headers }, 'hello');

      expect(got).toMatchObject({ method: 'GET', body: '' });
      expect(got.headers).not.toHaveProperty('content-length');
      expect(got.headers).not.toHaveProperty('transfer-encoding');
    },
  );

  it('may name its target in full', async () => {
    tellBack();

    const { got } = await ask({ path: 'http://news.example/socket.io/?EIO=4' });

    expect(new URL(got.url ?? '', url)).toMatchObject({ pathname: '/socket.io/', search: '?EIO=4' });
  });

  it('may be answered late on a connection that was used before', async () => {
    tellBack();
    await ask({});
    const reached = new Promise<ServerResponse>((resolve) => {
      answering = (_asked, response) => {
        resolve(response);
      };
    });
    const answered = fetch(url);
    const response = await reached;
    const [used] = Object.values(globalAgent.sockets).flat();

    used!.emit('timeout'); // as after the silence the agent allows a connection that it keeps
    response.end('late');

    expect(await (await answered).text()).toBe('late');
    expect(connections).toBe(1);
  });

  it('goes nowhere when its client has left', async () => {
    const seen: (string | undefined)[] = [];
    answering = (asked, response) => {
      seen.push(asked.url);
      response.end();
    };
    const sent = request(`${url}/left`, { agent: false }).on('error', () => undefined);
    before = async (response) => {
      sent.destroy();
      await once(response, 'close');
    };
    sent.end();
    await new Promise((resolve) => sent.on('close', resolve));

    before = () => Promise.resolve();
    await fetch(`${url}/next`);

    expect(seen).toEqual(['/next']);
  });

  it('is ended when its client goes away', async () => {
    const reached = new Promise<ServerResponse>((resolve) => {
      answering = (_asked, response) => {
        resolve(response);
      };
    });
    const sent = request(url, { agent: false }).on('error', () => undefined);
    sent.end();
    const response = await reached;
    const ended = once(response, 'close');

    sent.destroy();

    await ended;
    expect(response.writableEnded).toBe(false);
  });

  it('is answered as Engine.IO does for an unknown session when nobody is there', async () => {
    owner.close();
    await once(owner, 'close');

    const answer = await fetch(url);

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ code: 1, message: 'Session ID unknown' });
  });

  it('is answered so when the owner is cut off before it answers', async () => {
    answering = ({ socket }) => {
      socket.destroy();
    };

    const answer = await fetch(url, { method: 'POST', body: 'hello' });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 1 });
  });

  it('is not taken for answered when the owner is cut off in the middle', async () => {
    answering = (_asked, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    };
    const sent = request(url, { agent: false });
    sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];

    await expect(buffer(answer)).rejects.toThrow('aborted');
  });
});
