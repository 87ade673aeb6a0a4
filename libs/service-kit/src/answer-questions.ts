import type { ProcessQuestions } from '@tetracast/bus';
import type { Hub } from '@tetracast/hub';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import { answerQuestion, type ConnectionRegistry, type Limits } from '@tetracast/session';
import { hostname } from 'node:os';

/** Random bytes in the name of a process: in containers many have the same host name and process id. */
const NAME_BYTES = 3;

interface Answering {
  readonly hub: Hub;
  readonly limits: Limits;
  readonly connections: ConnectionRegistry;
}

/** Makes this process answer what any process asks about its connections. Its name has the host and the process id. */
export function answerQuestions(bus: ProcessQuestions, answering: Answering, runtime: Runtime): void {
  const name = `${hostname()}-${process.pid}-${randomText(runtime, NAME_BYTES, 'hex')}`;
  const self = { ...answering, name, startedAt: runtime.now() };
  bus.answerQuestions(name, (question) => answerQuestion(self, question));
}
