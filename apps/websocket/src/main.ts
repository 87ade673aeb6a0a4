import { runService } from '@tetracast/service-kit';
import { websocketPlugin } from './websocket.plugin';

void runService([websocketPlugin], { port: 3601, entryFile: __filename });
