import type { Problem } from '@tetracast/message-model';
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request, type RequestOptions } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One HTTP request with any headers at all, also those that `fetch` keeps to itself. */
export async function ask(
  url: string,
  { body, ...options }: RequestOptions & { body?: string | Buffer } = {},
): Promise<Answer> {
  const sent = request(url, { agent: false, ...options });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

export function post(
  url: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return ask(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
}

/** The problem in an answer, after the form of the answer was found to be that of a problem. */
export function problemIn({ status, headers, text }: Answer): Problem {
  const problem = JSON.parse(text) as Problem;
  expect(headers['content-type']).toBe('application/problem+json');
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(problem).toEqual({
    type: `urn:tetracast:error:${problem.code}`,
    title: expect.any(String) as string,
    status,
    code: problem.code,
    detail: expect.any(String) as string,
  });
  return problem;
}
