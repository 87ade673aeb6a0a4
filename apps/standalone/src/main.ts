import { runService } from '@tetracast/service-kit';
import { announce } from './announce';
import { plugins } from './services';

void runService(plugins, { port: 8080, entryFile: __filename }, announce);
