import { isErrorCode, type Problem } from '@tetracast/message-model';
import type { PublishOptions } from './transport-driver';
import { TransportError } from './transport-error';

export interface PublishAnswer {
  /** 201, or 200 for a repeated idempotency key. */
  readonly status: number;
  readonly id: string;
  readonly channel: string;
}

/** `POST` of JSON; rejects with a {@link TransportError}. */
export async function publishJson(
  url: string,
  publication: PublishOptions & { readonly client?: string | undefined },
  headers: Readonly<Record<string, string>> = {},
): Promise<PublishAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(publication),
  });
  if (!response.ok) throw await readRefusal(response);
  const body = (await response.json()) as Omit<PublishAnswer, 'status'>;
  return { ...body, status: response.status };
}

/** The refusal in an HTTP answer; its code is `unknown` unless it is a problem of the contract's form (RFC 9457). */
export async function readRefusal(response: Response): Promise<TransportError> {
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  return refusalFrom(response.status, type, text);
}

export function refusalFrom(status: number, contentType: string, text: string): TransportError {
  const wrong = (why: string): TransportError =>
    new TransportError('unknown', `${why}: ${status} ${contentType} ${text.slice(0, 500)}`, status);
  if (!contentType.startsWith('application/problem+json')) return wrong('no problem+json');
  let problem: Problem;
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    return wrong('a problem that is no JSON');
  }
  if (!isErrorCode(problem.code)) return wrong('a problem without a known code');
  if (problem.status !== status) return wrong('a problem of another status');
  if (problem.type !== `urn:tetracast:error:${problem.code}`) return wrong('a problem of another type');
  return new TransportError(problem.code, problem.detail, status);
}
