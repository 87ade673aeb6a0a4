/** Parts that start at the same time. If one of them fails, the others are closed, and it rejects with the first failure. */
export async function startTogether<T extends readonly AsyncDisposable[]>(
  ...starts: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  const results = await Promise.allSettled(starts);
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return started as unknown as T;
  for (const part of started) await part[Symbol.asyncDispose]();
  throw failed.reason as Error;
}
