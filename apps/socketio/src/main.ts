import { runService } from '@tetracast/service-kit';
import { socketioPlugin } from './socketio.plugin';

void runService([socketioPlugin], { port: 3602, entryFile: __filename });
