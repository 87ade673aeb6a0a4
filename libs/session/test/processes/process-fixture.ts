import type { MemoryBus } from '@tetracast/bus';
import { AllProcesses } from '../../src/processes/all-processes';
import { answerQuestion } from '../../src/processes/answer-question';
import type { sessionSettings } from '../session-settings';
import { createServices, type TestServices } from '../session-fixture';
import { createMemoryBus } from '../access/fake-connections';

export interface TestProcesses extends AsyncDisposable {
  readonly all: AllProcesses;
  /** By name: `one`, `two`. */
  readonly one: TestServices;
  readonly two: TestServices;
  /** On which the processes answer. */
  readonly bus: MemoryBus;
}

/** Two processes with separate message logs that answer the same questions. */
export async function startProcesses(changed?: Parameters<typeof sessionSettings>[0]): Promise<TestProcesses> {
  const bus = createMemoryBus();
  const [one, two] = [await createServices(changed), await createServices(changed)];
  for (const [name, services] of Object.entries({ one, two })) {
    const process = { ...services, name, startedAt: 1 };
    bus.answerQuestions(name, (question) => answerQuestion(process, question));
  }
  return {
    all: new AllProcesses(bus),
    bus,
    one,
    two,
    async [Symbol.asyncDispose]() {
      await Promise.all([one, two].map((services) => services[Symbol.asyncDispose]()));
      await bus.close();
    },
  };
}
