import { startTogether } from '../src';

class Part implements AsyncDisposable {
  isClosed = false;

  [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

it('returns the parts in their order', async () => {
  const [one, other] = [new Part(), new Part()];

  expect(await startTogether(Promise.resolve(one), Promise.resolve(other))).toEqual([one, other]);
  expect([one.isClosed, other.isClosed]).toEqual([false, false]);
});

it('closes the others if one fails, also those that start after it has failed', async () => {
  const [early, late] = [new Part(), new Part()];
  let start: (part: Part) => void = () => undefined;
  const starting = new Promise<Part>((resolve) => (start = resolve));
  const failing = Promise.reject<Part>(new Error('no program'));
  const together = startTogether(Promise.resolve(early), failing, starting);
  await failing.catch(() => undefined);
  start(late);

  await expect(together).rejects.toThrow('no program');
  expect([early.isClosed, late.isClosed]).toEqual([true, true]);
});
