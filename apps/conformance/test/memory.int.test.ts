import { describeAllTransports } from './all-transports';
import { startService } from './start-service';

describeAllTransports('memory', { start: (settings = {}) => startService(settings) });
