import { runService } from '@tetracast/service-kit';
import { announce } from './announce';
import { offerDemoModel } from './demo-model/demo-model';
import { faults } from './faults/faults.plugin';
import { plainPortPlugin } from './plain-port.plugin';
import { plugins } from './services';

/** `npm start` gives it, and nothing else does: no image, no deployment. */
const isLab = process.argv.includes('--faults');

async function main(): Promise<void> {
  if (isLab) await offerDemoModel(process.env);
  const labOnly = isLab ? [faults] : [];
  await runService([...labOnly, ...plugins, plainPortPlugin], { port: 8080, entryFile: __filename }, announce);
}

void main();
