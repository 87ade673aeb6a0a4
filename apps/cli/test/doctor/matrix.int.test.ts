import { describeProxy } from './describe-proxy';
import { eightFaultsOf, moreFaultsOf } from './faults';
import { nginx, otherProxies } from './proxies';

const CONFORMING: readonly string[] = ['HAProxy', 'Apache'];

// With nginx.int.test.ts: six proxies and eight faults of each.
for (const proxy of otherProxies) describeProxy(proxy, eightFaultsOf(proxy), CONFORMING.includes(proxy.name));

describe('more faults', () => {
  for (const proxy of [nginx, ...otherProxies]) describeProxy(proxy, moreFaultsOf(proxy));
});

describe('the matrix', () => {
  it('has eight faults of each of six proxies', () => {
    expect([nginx, ...otherProxies].map((proxy) => eightFaultsOf(proxy).length)).toEqual([8, 8, 8, 8, 8, 8]);
  });
});
