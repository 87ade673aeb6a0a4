import { describeAcrossTransports } from './all-transports';
import { startService } from './start-service';

// Each transport alone runs on this log in the tests of its service.
describeAcrossTransports('memory', { start: (settings = {}) => startService(settings) });
