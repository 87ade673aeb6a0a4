import { describeProxy } from './describe-proxy';
import { eightFaultsOf } from './faults';
import { nginx } from './proxies';

describeProxy(nginx, eightFaultsOf(nginx));
