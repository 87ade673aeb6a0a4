import { runService } from '@tetracast/service-kit';
import { announce } from './announce';
import { plainPortPlugin } from './plain-port.plugin';
import { plugins } from './services';

void runService([...plugins, plainPortPlugin], { port: 8080, entryFile: __filename }, announce);
