import cluster, { type Address } from 'node:cluster';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { reassignLostConnections } from '../../src/sockets/reassign-lost-connections';

interface ClusterMessage {
  readonly act?: string;
  readonly seq?: number;
  readonly ack?: number;
}

describe(`Node.js ${process.version}`, () => {
  it('numbers the connections it sends to a worker, and the answers: reassignLostConnections', async () => {
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ exec: require.resolve('./worker.cjs') });
    const worker = cluster.fork();
    const send = jest.spyOn(worker.process, 'send');
    const answered: (number | undefined)[] = [];
    reassignLostConnections(worker, () => true);
    worker.process.on('internalMessage', ({ ack }: ClusterMessage) => answered.push(ack));
    const [{ port }] = (await once(worker, 'listening')) as [Address];

    expect(await text(connect(port, '127.0.0.1'))).toBe('taken');
    const sent = send.mock.calls.map(([message]) => message as ClusterMessage).find(({ act }) => act === 'newconn');
    expect(typeof sent?.seq).toBe('number');
    while (!answered.includes(sent?.seq)) await once(worker.process, 'internalMessage');
    // The function has put its own in place of it.
    expect(worker.process).not.toHaveProperty('send', send);

    worker.process.kill();
    await once(worker.process, 'close');
  });
});
