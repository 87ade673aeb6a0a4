import { requestOutside } from './request-outside';

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the whole exchange, in ms. */
  readonly timeoutMs: number;
}

/** Sends a POST as {@link requestOutside} does. Resolves with the status; rejects if there is no answer in time. */
export async function postOutside({ timeoutMs, ...post }: Post): Promise<number> {
  const response = await requestOutside({ ...post, signal: AbortSignal.timeout(timeoutMs) });
  response.on('error', () => undefined);
  // What it says does not matter, and may be endless.
  response.destroy();
  return response.statusCode ?? 0;
}
