import { runService } from '@tetracast/service-kit';
import { ndjson } from './service';

void runService([ndjson.plugin], { port: ndjson.defaultPort, entryFile: __filename });
