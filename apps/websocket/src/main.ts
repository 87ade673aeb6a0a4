import { runService } from '@tetracast/service-kit';
import { rootPathPlugin } from './root-path';
import { websocket } from './service';

void runService([websocket.plugin, rootPathPlugin], { port: websocket.defaultPort, entryFile: __filename });
