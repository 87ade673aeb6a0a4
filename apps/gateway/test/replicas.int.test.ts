import { freePort, pollUntil } from '@tetracast/testing';
import { type Answer, ask, startGateway } from './gateway-server';
import { type NameServer, startNameServer } from './name-server';
import { expectProblem } from './problem-answer';
import { startUpstream, type Upstream, type UpstreamOptions } from './upstream';

// Loopback is a whole network: replicas are addresses of it that share one port, as containers do.
const FIRST = '127.0.0.11';
const SECOND = '127.0.0.12';

interface Replicas extends AsyncDisposable {
  readonly names: NameServer;
  ask(method?: string): Promise<Answer>;
  /** The first answer that is not "unavailable", or the last one before time is up. */
  askUntilServed(): Promise<Pick<Answer, 'status' | 'body'>>;
  /** All different answers to twenty requests at once. */
  askMany(): Promise<string[]>;
  start(host: string, options?: UpstreamOptions): Promise<Upstream>;
}

async function startReplicas(...addresses: readonly string[]): Promise<Replicas> {
  const port = await freePort();
  const names = await startNameServer(...addresses);
  const gateway = await startGateway({ RESOLVER: names.address, UPSTREAM_POLLING: `polling:${port}` });
  const started: Upstream[] = [];
  return {
    names,
    ask: (method = 'GET') => ask(gateway.port, '/polling', { method, ...(method === 'POST' ? { body: '{}' } : {}) }),
    askUntilServed: () =>
      pollUntil(
        async () => {
          const { status, body } = await ask(gateway.port, '/polling');
          return { status, body };
        },
        ({ status }) => status !== 503,
      ),
    askMany: async () => {
      // Requests that wait for the first answer of the name server share that answer's first address.
      await ask(gateway.port, '/polling');
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(gateway.port, '/polling')));
      return [...new Set(answers.map(({ status, body }) => (status === 200 ? body : String(status))))].sort();
    },
    start: async (host, options = {}) => {
      const upstream = await startUpstream({ name: host, host, port, ...options });
      started.push(upstream);
      return upstream;
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      for (const upstream of started) await upstream[Symbol.asyncDispose]();
      await names[Symbol.asyncDispose]();
    },
  };
}

describe('replicas behind one name', () => {
  it('share the requests', async () => {
    await using replicas = await startReplicas(FIRST, SECOND);
    await replicas.start(FIRST);
    await replicas.start(SECOND);
    expect(await replicas.askMany()).toEqual([FIRST, SECOND]);
  });

  it('stand in for one that is down', async () => {
    await using replicas = await startReplicas(FIRST, SECOND);
    await replicas.start(SECOND);
    expect(await replicas.askMany()).toEqual([SECOND]);
  });

  it('are found at their new addresses, though the name server promises ten minutes', async () => {
    await using replicas = await startReplicas(FIRST);
    const first = await replicas.start(FIRST);
    expect(await replicas.askMany()).toEqual([FIRST]);

    await first[Symbol.asyncDispose]();
    await replicas.start(SECOND);
    replicas.names.addresses = [SECOND];
    expect(await replicas.askUntilServed()).toMatchObject({ status: 200, body: SECOND });
  });

  it('are never sent a publish that another one may have stored', async () => {
    await using replicas = await startReplicas(FIRST, SECOND);
    const dieLate: UpstreamOptions = {
      answer: (request) => request.resume().once('end', () => request.socket.destroy()),
    };
    const both = [await replicas.start(FIRST, dieLate), await replicas.start(SECOND, dieLate)];
    expectProblem(await replicas.ask('POST'), 'unavailable');
    expect(both.flatMap(({ seen }) => seen)).toHaveLength(1);
  });

  it('that have no address yet are unavailable, and used when they have one', async () => {
    await using replicas = await startReplicas();
    expectProblem(await replicas.ask(), 'unavailable');
    await replicas.start(FIRST);
    replicas.names.addresses = [FIRST];
    expect(await replicas.askUntilServed()).toMatchObject({ status: 200, body: FIRST });
  });
});
