/** A service that tests run in a separate process and watch; bundled by `start-fixture.ts`. */
import { CodedError } from '@tetracast/message-model';
import type { FastifyPluginAsync } from 'fastify';
import { existsSync } from 'node:fs';
import { publishRoute } from '../src/http/publish-route';
import { runService } from '../src/run-service';
import { SocketWriter } from '@tetracast/node-io';

const routes: FastifyPluginAsync = (app) => {
  const { hub } = app.tetracast;
  const { BROKEN_IF = '' } = process.env;
  if (existsSync(BROKEN_IF)) return Promise.reject(Object.assign(new Error('it is broken now'), { code: 'EBROKEN' }));
  app.get('/pid', () => ({ pid: process.pid }));
  // A connection as of a transport, which closes when the hub closes it.
  app.get('/stream', (request, reply) => {
    reply.hijack();
    const onClose = (): void => connection.close();
    const writer = new SocketWriter(request.raw.socket, 1024, { onDrain: () => connection.onDrain(), onClose });
    const connection = hub.connect({
      framing: { name: 'text', encode: ({ data }) => Buffer.from(`${data}\n`) },
      write: (batch) => writer.write(batch.bytes),
      sendReset: () => undefined,
      close: (reason) => {
        writer.write(`${reason}\n`);
        writer.end();
      },
    });
    void connection.subscribe(['a'], { kind: 'now' }, () => {
      writer.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nopen\n');
    });
  });
  // A connection that nothing ends.
  app.get('/stuck', (request, reply) => {
    reply.hijack();
    request.raw.socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nopen\n');
  });
  // A response that comes when the service is already draining.
  app.get('/slow', async () => {
    await new Promise<void>((resolve) => {
      slow.add(resolve);
      app.log.info('slow request waits');
    });
    return { draining: app.tetracast.draining };
  });
  const slow = new Set<() => void>();
  app.addHook('preClose', (done) => {
    for (const answer of slow) setImmediate(answer);
    done();
  });

  app.get('/broken', () => {
    throw new Error('broken inside');
  });
  app.get('/refused', () => {
    throw new CodedError('forbidden', 'not for you');
  });
  app.get('/thrown', () => {
    setImmediate(() => {
      throw new Error('thrown outside');
    });
    return 'ok';
  });
  return Promise.resolve();
};

void runService([publishRoute('/news'), routes], { port: 3699, entryFile: __filename }, (url) => {
  process.stdout.write(`listening at ${url}\n`);
});
