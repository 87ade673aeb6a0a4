import { describeTransport, sseDrivers } from '@tetracast/testing';
import { startService } from './start-service';

describeTransport('sse', { start: (settings) => startService(settings), drivers: sseDrivers });
