import { runService } from '@tetracast/service-kit';
import { announce } from './announce';
import { faults } from './faults/faults.plugin';
import { plainPortPlugin } from './plain-port.plugin';
import { plugins } from './services';

/** `npm start` gives it, and nothing else does: no image, no deployment. */
const FAULTS_FLAG = '--faults';

const labOnly = process.argv.includes(FAULTS_FLAG) ? [faults] : [];

void runService([...labOnly, ...plugins, plainPortPlugin], { port: 8080, entryFile: __filename }, announce);
