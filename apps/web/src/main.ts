import { runService } from '@tetracast/service-kit';
import { web } from './service';

void runService([web.plugin], { port: web.defaultPort, entryFile: __filename });
