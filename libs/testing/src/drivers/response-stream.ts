import { readRefusal } from './http-publish';

/** A response that does not end, as far as it came. */
export interface ResponseStream {
  /** Resolves with all that came once `part` is in it; rejects when the response ends before. */
  until(part: string): Promise<string>;
  close(): void;
}

/** `GET`; rejects with a `TransportError` when the service refuses. */
export async function openResponse(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ResponseStream> {
  const over = new AbortController();
  const response = await fetch(url, { headers, signal: over.signal });
  if (!response.ok) throw await readRefusal(response);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    until: async (part) => {
      while (!text.includes(part)) {
        const read = await reader?.read();
        if (read?.value === undefined) throw new Error(`the response ended without ${part}: ${text}`);
        text += read.value;
      }
      return text;
    },
    close: () => over.abort(),
  };
}
