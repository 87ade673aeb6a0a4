import { runService } from '@tetracast/service-kit';
import { polling } from './service';

void runService([polling.plugin], { port: polling.defaultPort, entryFile: __filename });
