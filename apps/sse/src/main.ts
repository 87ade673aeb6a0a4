import { runService } from '@tetracast/service-kit';
import { sse } from './service';

void runService([sse.plugin], { port: sse.defaultPort, entryFile: __filename });
