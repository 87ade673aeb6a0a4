import { refusalFrom, type TransportError } from '../../drivers/index';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** One HTTP request, its answer read whole. */
export async function request(url: string, init: RequestInit = {}): Promise<HttpAnswer> {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The refusal in an answer; its code is `unknown` unless it is a problem of the contract's form. */
export function refusalIn({ status, headers, text }: HttpAnswer): TransportError {
  return refusalFrom(status, headers.get('content-type') ?? '', text);
}

export function jsonBody(body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function formBody(fields: Readonly<Record<string, string>>): RequestInit {
  return { method: 'POST', body: new URLSearchParams(fields) };
}
