import { describeTransport, plainWebSocketDrivers, websocketDrivers } from '@tetracast/testing';
import { startService } from './start-service';

describeTransport('websocket', {
  start: (env) => startService(env),
  drivers: [...websocketDrivers, ...plainWebSocketDrivers],
});
