import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../cluster';
import type { FaultyRedis } from '../log-servers';
import { LOST_LOG } from './judge';
import { INCOMPLETE } from './transcript';

export interface FaultContext {
  readonly cluster: Cluster<FaultyRedis>;
  /** Resolves once clients have got so many things more, or no answer runs. */
  readonly progress: (count: number) => Promise<void>;
}

/** What is done to the system while answers run. */
export interface AnswerFault {
  readonly name: string;
  /** Resolves when all is in order again. */
  readonly run: (context: FaultContext) => Promise<void>;
  /** The failures that it explains. Default: none. */
  readonly excuses?: readonly string[];
}

/** So much is received between one thing and the next. */
const STRETCH = 20;
/** How long something that is down stays down. */
const DOWN_MS = 300;

const LOSSES = [LOST_LOG, INCOMPLETE, 'relay_lost'];

const kill = (service: string, excuses: readonly string[] = []): AnswerFault => ({
  name: `${service} killed`,
  run: async ({ cluster }) => {
    await cluster.replace(service, 'kill', () => delay(DOWN_MS)); // how long the fault lasts
  },
  excuses,
});

const restartRedis = (signal: 'SIGTERM' | 'SIGKILL', excuses: readonly string[] = []): AnswerFault => ({
  name: `Redis ended with ${signal}`,
  run: ({ cluster: { log } }) => log.restart(signal),
  excuses,
});

export const ANSWER_FAULTS: readonly AnswerFault[] = [
  kill('sse'),
  kill('websocket'),
  kill('polling'),
  kill('socketio'),
  kill('api', ['relay_lost']),
  {
    name: 'api deployed',
    run: ({ cluster }) => cluster.replace('api', 'stop'),
    excuses: ['relay_stopped'],
  },
  { name: 'gateway reloaded', run: ({ cluster }) => cluster.reloadNginx() },
  { name: 'gateway restarted', run: ({ cluster }) => cluster.restartNginx() },
  {
    name: 'Redis: CLIENT KILL TYPE pubsub',
    run: async ({ cluster, progress }) => {
      for (let time = 0; time < 3; time++) {
        await cluster.log.primary.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await progress(STRETCH);
      }
    },
  },
  restartRedis('SIGTERM'),
  // Redis answers before its file is on disk.
  restartRedis('SIGKILL', LOSSES),
  {
    name: 'replica without the tail takes over',
    run: ({ cluster, progress }) => cluster.log.failOver(() => progress(STRETCH)),
    excuses: LOSSES,
  },
];
