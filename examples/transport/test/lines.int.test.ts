import { nextLine, openNdjson, publishJson } from '@tetracast/testing';
import { startService } from './start-service';

it('answers with lines that nothing on the way keeps: the start, a message, a reset, and an empty line as a heartbeat', async () => {
  await using service = await startService({ HEARTBEAT_INTERVAL: '20ms' });
  const stream = await openNdjson(`${service.url}/ndjson?channel=news&after=no.such~cursor`);
  const { headers } = stream.response;
  expect(headers.get('content-type')).toBe('application/x-ndjson');
  expect(headers.get('cache-control')).toBe('no-store, no-transform');
  expect(headers.get('x-accel-buffering')).toBe('no');

  const start = await nextLine(stream);
  expect(start).toEqual({ type: 'subscribed', channels: ['news'], cursor: expect.any(String) as string });
  expect(await nextLine(stream)).toMatchObject({ type: 'reset', reason: 'invalid', channels: ['news'] });
  expect((await stream.lines.next()).value).toBe('');
  const { id } = await publishJson(`${service.url}/ndjson`, { channel: 'news', data: { n: 1 } });
  expect(await nextLine(stream)).toMatchObject({ type: 'message', id, channel: 'news', data: { n: 1 } });
  stream.close();
});

it('says the cursor of what is kept from the client that published it', async () => {
  await using service = await startService();
  const url = `${service.url}/ndjson`;
  const stream = await openNdjson(`${url}?channel=news&client=tab-1`);
  await nextLine(stream);
  const { id } = await publishJson(url, { channel: 'news', data: 'x', echo: false, client: 'tab-1' });
  expect(await nextLine(stream)).toEqual({ type: 'cursor', cursor: id });
  stream.close();
});
