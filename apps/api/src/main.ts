import { runService } from '@tetracast/service-kit';
import { api } from './service';

void runService([api.plugin], { port: api.defaultPort, entryFile: __filename });
