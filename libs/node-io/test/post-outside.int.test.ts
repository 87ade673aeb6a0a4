import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isPrivateAddress, postOutside } from '../src';

it.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '::1',
  '::ffff:10.0.0.1',
  'fd00::1',
  'fe80::1',
  'fec0::1',
  '::ffff:7f00:1',
  '::127.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::10.0.0.1',
  '2002:7f00:1::',
  '2001:0:7f00:1::1',
])('%s is a private address', (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

it.each(['8.8.8.8', '172.32.0.1', '2001:4860:4860::8888', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '64:ff9b::808:808'])(
  '%s is a public address',
  (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  },
);

it('sends nothing to a public name that leads to a private address', async () => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dns = jest.requireActual<{ lookup: (...args: unknown[]) => void }>('node:dns');
  jest.spyOn(dns, 'lookup').mockImplementation((_name, _options, callback) => {
    (callback as (error: null, found: object[]) => void)(null, [{ address: '127.0.0.1', family: 4 }]);
  });
  const { port } = server.address() as AddressInfo;
  const post = (host: string): Promise<number> =>
    postOutside({ url: new URL(`http://${host}:${port}/`), headers: {}, body: '', timeoutMs: 60_000 });

  try {
    const refused = 'hooks.example.com leads to 127.0.0.1, a private address: name that address';
    await expect(post('hooks.example.com')).rejects.toThrow(refused);
    expect(requests).toBe(0);
    expect(await post('127.0.0.1')).toBe(200);
  } finally {
    server.closeAllConnections();
    await once(server.close(), 'close');
  }
});
