import { describeTransport, pollingDrivers } from '@tetracast/testing';
import { startService } from './start-service';

describeTransport('polling', { start: (settings) => startService(settings), drivers: pollingDrivers });
