import { openTcpSwitch, type RedisServer, startRedis, type TcpSwitch } from '@tetracast/testing';
import { RedisBus } from '../../../src';
import { publication, readAll, SETTINGS, seqsOf } from '../../contract/harness';
import { eventually } from '../../eventually';
import { ready } from '../../ready';
import { Recorder } from '../../recorder';

/** One stable name, behind which another Redis takes over; open connections stay open. */

let old: RedisServer;
let next: RedisServer;
let name: TcpSwitch;
let publisher: RedisBus;
let subscriber: RedisBus;
let recorder: Recorder;
let lines: string[];

beforeEach(async () => {
  [old, next] = await Promise.all([startRedis({ appendOnly: true }), startRedis({ appendOnly: true })]);
  name = await openTcpSwitch(old.port);
  lines = [];
  const logger = {
    error: (_: object, text: string) => void lines.push(text),
    info: (text: string) => void lines.push(text),
  };
  const url = `redis://127.0.0.1:${name.port}`;
  // No answer is ever late here: whatever moves, moves for another reason.
  const options = { commandTimeoutMs: 600_000 };
  publisher = new RedisBus(url, SETTINGS, options);
  subscriber = new RedisBus(url, SETTINGS, { ...options, logger });
  recorder = new Recorder();
  subscriber.listen(recorder);
  await subscriber.subscribe('a');
  await Promise.all([ready(publisher), ready(subscriber)]);
});

afterEach(async () => {
  await Promise.all([publisher.close(), subscriber.close()]);
  await name[Symbol.asyncDispose]();
  await Promise.all([old[Symbol.asyncDispose](), next[Symbol.asyncDispose]()]);
});

it.each(['a process that only subscribes', 'a process that publishes, too'])(
  'both connections of %s move when the old primary is demoted and has lost the new one',
  async (who) => {
    const from = who.includes('only') ? publisher : subscriber;
    name.lead(next.port);
    await old.command('REPLICAOF', '127.0.0.1', 1);
    await recorder.until(() => recorder.resubscribed > 0);
    const { seq, epoch } = await eventually(() => from.append(publication('a')));
    await recorder.until(() =>
      recorder.entries.some((entry, at) => entry.seq === seq && recorder.epochs[at] === epoch),
    );
    await ready(subscriber);
    expect(seqsOf(await readAll(subscriber, 'a'))).toContain(seq);
    expect(String(await old.command('CLIENT', 'LIST'))).not.toContain('tetracast-');
    expect(lines).toContainEqual(expect.stringMatching(/^Redis cannot be used: .*replica/));
    expect(lines.at(-1)).toBe('Redis can be used again');
  },
);

it('receives announcements from the server it writes to, when the host name led the two connections to different ones', async () => {
  name.lead(next.port);
  // The commands alone are cut: two servers that both take writes.
  await old.command('CLIENT', 'KILL', 'TYPE', 'normal');
  await recorder.until(() => recorder.resubscribed > 0);
  const { seq, epoch } = await eventually(() => subscriber.append(publication('a')));
  await recorder.until(() => recorder.entries.some((entry, at) => entry.seq === seq && recorder.epochs[at] === epoch));
  expect(lines).toContainEqual(expect.stringMatching(/connected to different Redis servers/));
});
