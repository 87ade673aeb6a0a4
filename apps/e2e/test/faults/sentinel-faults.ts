import { cutAll, type Fault, type RunFault, STRETCH } from './faults';
import type { SentinelRedis } from './sentinel-redis';

const killPrimary: RunFault<SentinelRedis> = async ({ cluster: { log } }) => {
  await log.primary.kill();
  await log.sentinel.untilPrimaryIs(log.replica.port);
};

/** Until the services leave the former primary it goes on acknowledging what is lost then: a reset reports it. */
const failOverWhileAway: RunFault<SentinelRedis> = ({ cluster: { log }, subscribers, ledger }) =>
  cutAll(subscribers, async () => {
    await log.sentinel.command('SENTINEL', 'FAILOVER', log.sentinel.name);
    await log.sentinel.untilPrimaryIs(log.replica.port);
    await ledger.progress(2 * STRETCH);
  });

/** What is done to a primary that a Sentinel watches; each needs servers of its own. */
export const SENTINEL_FAULTS: readonly Fault<SentinelRedis>[] = [
  { name: 'Sentinel: primary killed', run: killPrimary, reset: 'epoch' },
  { name: 'Sentinel: failover, clients away', run: failOverWhileAway, reset: 'epoch' },
];
