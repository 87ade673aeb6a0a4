import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** For whom the limits count. */
export interface ClientIdentity {
  readonly token?: string;
  /** As a proxy reports it; absent: that of this machine. */
  readonly address?: string;
}

export function headersOf({ token, address }: ClientIdentity): Record<string, string> {
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(address === undefined ? {} : { 'x-forwarded-for': address }),
  };
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One HTTP connection: one request follows the other on it. */
export class HttpConnection implements AsyncDisposable {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  async send(url: string, { method = 'GET', headers = {}, body }: RequestOptions = {}): Promise<HttpResponse> {
    const sent = request(url, { method, headers, agent: this.agent });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
  }

  /** `ok`, or the status and code of the refusal. */
  async attempt(url: string, options?: RequestOptions): Promise<string> {
    return outcomeOf(await this.send(url, options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.agent.destroy();
  }
}

/** A refusal that can pass says when to retry (RFC 9110, section 10.2.3). */
export function outcomeOf({ status, headers, text: body }: HttpResponse): string {
  if (status < 400) return 'ok';
  const { code } = JSON.parse(body) as { code: string };
  const canPass = status === 429 || status === 503;
  expect(headers['retry-after'] !== undefined).toBe(canPass);
  return `${status} ${code}`;
}
