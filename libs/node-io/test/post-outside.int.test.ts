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
  '64:ff9b:1::10.0.0.1',
  '2002:7f00:1::',
  '2001:0:7f00:1::1',
])('%s is a private address', (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

it.each(['8.8.8.8', '172.32.0.1', '2001:4860:4860::8888', '::ffff:8.8.8.8'])('%s is a public address', (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});

it('sends nothing to a public name that leads to a private address', async () => {
  // RFC 6761: a name under localhost leads to this machine, and it has a dot.
  const url = new URL('http://hooks.localhost:9/');
  await expect(postOutside({ url, headers: {}, body: '', timeoutMs: 5000 })).rejects.toThrow(
    /private address|ENOTFOUND|EAI_AGAIN/,
  );
});
