import type { Scenario } from '../scenario';
import { batch } from './batch';
import { fanOut } from './fan-out';
import { growth } from './growth';
import { idle } from './idle';
import { latency } from './latency';
import { manyChannels } from './many-channels';
import { polling } from './polling';
import { publishing } from './publishing';
import { resume } from './resume';
import { revocation } from './revocation';
import { soak } from './soak';
import { window } from './window';
import { workers } from './workers';

/** In the order of the report. */
export const SCENARIOS: readonly Scenario[] = [
  fanOut,
  growth,
  latency,
  idle,
  manyChannels,
  polling,
  resume,
  publishing,
  batch,
  revocation,
  workers,
  window,
  soak,
];
