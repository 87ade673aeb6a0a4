import { runService } from '@tetracast/service-kit';
import { socketio } from './service';

void runService([socketio.plugin], { port: socketio.defaultPort, entryFile: __filename });
