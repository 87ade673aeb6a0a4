import { openPollingByHand } from '../polling-by-hand';
import { startService } from '../start-service';
import { openClient } from '../stock-client';

const REFUSED = /\{"ok":false,"error":\{"code":"invalid_message"/;

it.each(['1e400', '{"a":[-1e999]}'])('stores nothing with a number no double can hold: %s', async (data) => {
  await using service = await startService();
  using witness = await openClient(`${service.url}/news`);
  const line = await openPollingByHand(service.url, {});
  const answerTo = async (packet: string, id: string): Promise<string> => {
    await line.post(packet);
    for (;;) {
      const answer = (await line.poll()).find((packets) => packets.startsWith(`43${id}[`));
      if (answer !== undefined) return answer;
    }
  };

  expect(await answerTo(`421["publish",{"channel":"news","data":${data}}]`, '1')).toMatch(REFUSED);
  await line.post('40/news,');
  expect(await answerTo(`42/news,2["price",${data}]`, '/news,2')).toMatch(REFUSED);
  expect(await answerTo(`42/news,3["price",1,${data}]`, '/news,3')).toMatch(REFUSED);

  await line.post('421["publish",{"channel":"news","data":"next"}]');
  expect(await witness.nextData()).toBe('next');
});

it('refuses a long-polling POST that is not UTF-8 and stores nothing of it', async () => {
  await using service = await startService();
  using witness = await openClient(`${service.url}/news`);
  const base = `${service.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(base)).text()).slice(1)) as { sid: string };
  const session = `${base}&sid=${sid}`;
  await fetch(session, { method: 'POST', body: '40' });

  const body = Buffer.from('42["publish",{"channel":"news","data":"t\xe9"}]', 'latin1');
  const answer = await fetch(session, { method: 'POST', body });

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'invalid_message' });
  const next = await openPollingByHand(service.url, {});
  await next.post('421["publish",{"channel":"news","data":"next"}]');
  expect(await witness.nextData()).toBe('next');
});
