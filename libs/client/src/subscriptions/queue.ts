/** What is pushed, as an iteration of one reader. */
export interface Queue<T> extends AsyncIterableIterator<T>, AsyncDisposable {
  push(value: T): void;
  /** Ends the iteration at once. */
  readonly stop: () => void;
  /** Ends the iteration once everything was read; with an error it is thrown then. */
  end(error?: Error): void;
}

/** @param onClose called when the reader stops */
export function createQueue<T>(onClose: () => void): Queue<T> {
  const values: T[] = [];
  let isEnded = false;
  let failure: Error | undefined;
  let wake = (): void => undefined;

  async function* read(): AsyncGenerator<T, void> {
    while (values.length > 0 || !isEnded) {
      if (values.length > 0) yield values.shift() as T;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    if (failure) throw failure;
  }
  const end = (error?: Error): void => {
    if (isEnded) return;
    isEnded = true;
    failure = error;
    wake();
  };
  const stop = (): void => {
    values.length = 0;
    end();
    onClose();
  };
  return Object.assign(read(), {
    push: (value: T) => {
      values.push(value);
      wake();
    },
    stop,
    end,
    return: async () => {
      stop();
      return { done: true } as never;
    },
    [Symbol.asyncDispose]: async () => stop(),
  });
}
