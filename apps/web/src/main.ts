import { runService } from '@tetracast/service-kit';
import { webPlugin } from './web.plugin';

void runService([webPlugin], { port: 3606, entryFile: __filename });
