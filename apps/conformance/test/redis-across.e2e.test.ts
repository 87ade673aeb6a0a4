import { describeAcrossTransports } from './all-transports';
import { useRedisLog } from './redis-log';

describeAcrossTransports('Redis', useRedisLog());
