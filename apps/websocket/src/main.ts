import { runService } from '@tetracast/service-kit';
import { websocket } from './service';

void runService([websocket.plugin], { port: websocket.defaultPort, entryFile: __filename });
