import { describeTransport, socketioDrivers } from '@tetracast/testing';
import { startService } from './start-service';

describeTransport('socketio', { start: (env) => startService(env), drivers: socketioDrivers });
