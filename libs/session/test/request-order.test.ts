import { RequestOrder } from '../src/request-order';

/** Tasks that are finished by hand, and a log of what began and ended. */
function createTasks(): {
  log: string[];
  task: (name: string) => () => Promise<void>;
  finish: (name: string) => Promise<void>;
} {
  const log: string[] = [];
  const finishers = new Map<string, () => void>();
  return {
    log,
    task: (name) => () => {
      log.push(`${name} begins`);
      return new Promise((resolve) => {
        finishers.set(name, () => {
          log.push(`${name} ends`);
          resolve();
        });
      });
    },
    finish: async (name) => {
      finishers.get(name)?.();
      await new Promise(setImmediate);
    },
  };
}

describe('RequestOrder', () => {
  it('runs what does not run alone at once, side by side', () => {
    const order = new RequestOrder(10, { regulate: () => undefined });
    const { log, task } = createTasks();

    order.run(task('one'));
    order.run(task('two'));

    expect(log).toEqual(['one begins', 'two begins']);
  });

  it('runs what runs alone after all before it and before all after it', async () => {
    const order = new RequestOrder(10, { regulate: () => undefined });
    const { log, task, finish } = createTasks();

    order.runAlone(task('change'));
    order.run(task('one'));
    order.run(task('two'));
    order.runAlone(task('second change'));
    order.run(task('three'));
    expect(log).toEqual(['change begins']);

    await finish('change');
    expect(log.slice(1)).toEqual(['change ends', 'one begins', 'two begins']);

    await finish('one');
    expect(log.slice(4)).toEqual(['one ends']);
    await finish('two');
    expect(log.slice(5)).toEqual(['two ends', 'second change begins']);

    await finish('second change');
    expect(log.slice(7)).toEqual(['second change ends', 'three begins']);
  });

  it('holds nothing back once a change is over', async () => {
    const order = new RequestOrder(10, { regulate: () => undefined });
    const { log, task, finish } = createTasks();
    order.runAlone(task('change'));
    await finish('change');

    order.run(task('one'));

    expect(log).toEqual(['change begins', 'change ends', 'one begins']);
  });

  it('is full at its limit, waiting tasks included, and tells when it no longer is', async () => {
    const regulate = jest.fn();
    const order = new RequestOrder(3, { regulate });
    const { task, finish } = createTasks();

    order.runAlone(task('change'));
    order.run(task('one'));
    expect(order.full).toBe(false);
    order.run(task('two'));
    expect(order.full).toBe(true);

    await finish('change');
    expect(order.full).toBe(false);
    expect(regulate).toHaveBeenCalledTimes(1);
    await finish('one');
    await finish('two');
    expect(regulate).toHaveBeenCalledTimes(1);
  });
});
