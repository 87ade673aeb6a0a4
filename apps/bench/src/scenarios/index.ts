import type { Scenario } from '../scenario';
import { answers } from './delivery/answers';
import { batch } from './log/batch';
import { fanOut } from './delivery/fan-out';
import { growth } from './delivery/growth';
import { idle } from './connections/idle';
import { latency } from './delivery/latency';
import { listing } from './log/listing';
import { manyChannels } from './delivery/many-channels';
import { polling } from './connections/polling';
import { presence } from './connections/presence';
import { publishing } from './log/publishing';
import { resume } from './connections/resume';
import { revocation } from './connections/revocation';
import { soak } from './soak';
import { window } from './delivery/window';
import { workers } from './delivery/workers';

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
  listing,
  revocation,
  presence,
  answers,
  workers,
  window,
  soak,
];
