import { describeTransport, ndjsonDriver } from '@tetracast/testing';
import { startService } from './start-service';

describeTransport('ndjson', { start: startService, drivers: ndjsonDriver.clients });
