import { runService } from '@tetracast/service-kit';
import { pollingPlugin } from './polling.plugin';

void runService([pollingPlugin], { port: 3604, entryFile: __filename });
