import { runService } from '@tetracast/service-kit';
import { announce } from './announce';
import { transports } from './transports';

void runService(transports, { port: 8080, entryFile: __filename }, announce);
