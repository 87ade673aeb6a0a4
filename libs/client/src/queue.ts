/** What is pushed, as an iteration of one reader. */
export interface Queue<T> extends AsyncIterableIterator<T>, AsyncDisposable {
  push(value: T): void;
  /** Ends the iteration once everything was read; with an error it is thrown then. */
  end(error?: Error): void;
}

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (error: Error) => void;
}

/** @param onClose called when the reader stops */
export function createQueue<T>(onClose: () => void): Queue<T> {
  const values: T[] = [];
  const readers: Reader<T>[] = [];
  let isEnded = false;
  let failure: Error | undefined;
  const settle = ({ resolve, reject }: Reader<T>): void => {
    if (values.length > 0) resolve({ done: false, value: values.shift() as T });
    else if (failure) {
      reject(failure);
      failure = undefined;
    } else resolve({ done: true, value: undefined });
  };
  const close = async (): Promise<IteratorReturnResult<undefined>> => {
    values.length = 0;
    queue.end();
    onClose();
    return { done: true, value: undefined };
  };
  const queue: Queue<T> = {
    push: (value) => {
      values.push(value);
      const reader = readers.shift();
      if (reader) settle(reader);
    },
    end: (error) => {
      if (isEnded) return;
      isEnded = true;
      failure = error;
      readers.splice(0).forEach(settle);
    },
    next: () =>
      new Promise((resolve, reject) => {
        const reader = { resolve, reject };
        if (isEnded || values.length > 0) settle(reader);
        else readers.push(reader);
      }),
    return: close,
    [Symbol.asyncIterator]: () => queue,
    [Symbol.asyncDispose]: async () => {
      await close();
    },
  };
  return queue;
}
