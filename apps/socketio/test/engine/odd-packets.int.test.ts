import { Inbox } from '@tetracast/testing';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { TestService } from '@tetracast/service-kit/testing';
import { startService } from '../start-service';
import { openClient } from '../stock-client';

/** Packets that no stock client sends, after a CONNECT to the main namespace and one to `/news`. */
const ODD_PACKETS = [
  '',
  '4',
  '40null',
  '40[]',
  '40{"pid":{},"offset":[]}',
  '40/news,null',
  '40/news,{"pid":"a","offset":"b"}',
  '40/,',
  '40/news',
  '40/other,{"channels":{"toString":1}}',
  '40/__proto__,',
  '40/constructor,',
  '41/nowhere,',
  '42',
  '42[]',
  '42[1,2]',
  '42["connect"]',
  '42["error",1]',
  '42["__proto__",1]',
  '42["newListener",1]',
  '421["publish"]',
  '422["publish",{"channel":"a","data":{"__proto__":1}}]',
  '423["subscribe",{"channels":["a"],"after":1}]',
  '424["subscribe",{"channels":{"length":1}}]',
  '425["unsubscribe",null]',
  '42/news,6[""]',
  '42/news,7["x",{"_placeholder":true,"num":0}]',
  `42/news,8["x",${'['.repeat(20_000)}${']'.repeat(20_000)}]`,
  '42/nowhere,["x"]',
  '43[1]',
  '4399[1]',
  '44{"message":"x"}',
  '451-["publish",{"_placeholder":true,"num":7}]',
  '45999-["x"]',
  '461-["x"]',
  '49',
  '2probe',
  '5',
  '1',
  '7',
];

describe('packets that no stock client sends', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService();
  });

  afterAll(() => service[Symbol.asyncDispose]());

  it('end the session without being parsed if they are too deep', async () => {
    const line = new WebSocket(`${service.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await once(line, 'open');
    const answers = new Inbox<string>('packets');
    line.on('message', (data: Buffer) => answers.push(data.toString()));
    line.send('40');
    while (!(await answers.one()).includes('tetracast:ready'));
    line.send(`420["publish",{"channel":"a","data":${'['.repeat(5000)}${']'.repeat(5000)}}]`);
    const [code] = (await once(line, 'close')) as [number];
    expect(code).toBe(1005);
  });

  it.each(ODD_PACKETS.map((packet) => [packet.slice(0, 60), packet]))('hurt nobody else: %s', async (_, packet) => {
    using witness = await openClient(`${service.url}/news`);
    const line = new WebSocket(`${service.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const answers = new Inbox<string>('packets');
    line.on('message', (data: Buffer) => answers.push(data.toString()));
    // The service may break it off.
    const closed = new Promise((resolve) => line.on('error', () => undefined).once('close', resolve));
    await once(line, 'open');
    for (const connect of ['40', '40/news,']) {
      line.send(connect);
      while (!(await answers.one()).includes('tetracast:ready'));
    }

    line.send(packet);
    line.send('42/news,["done",1]');
    const done = witness.events.one();
    await Promise.race([closed, done]);
    line.terminate();
    await closed;

    using other = await openClient(`${service.url}/news`);
    expect(await other.ask('still', 'here')).toMatchObject({ ok: true });
    const [event] = await done;
    expect(['done', 'still']).toContain(event === 'x' ? 'done' : event);
  });
});
