import { runService } from '@tetracast/service-kit';
import { ssePlugin } from './sse.plugin';

void runService([ssePlugin], { port: 3603, entryFile: __filename });
