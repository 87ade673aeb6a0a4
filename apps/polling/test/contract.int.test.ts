import { describeTransport, pollingDrivers } from '@tetracast/testing';
import { startService } from './start-service';

describeTransport('polling', { start: startService, drivers: pollingDrivers });
