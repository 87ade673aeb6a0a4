import { describeEachTransport } from './all-transports';
import { useRedisLog } from './redis-log';

describeEachTransport('Redis', useRedisLog());
