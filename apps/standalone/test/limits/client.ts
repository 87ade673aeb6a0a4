import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Who asks. */
export interface Who {
  readonly token?: string;
  /** As a proxy in front tells it; absent: that of this machine. */
  readonly address?: string;
}

export function headersOf({ token, address }: Who): Record<string, string> {
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(address === undefined ? {} : { 'x-forwarded-for': address }),
  };
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One HTTP connection: one request follows the other on it. */
export class HttpConnection implements AsyncDisposable {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  async ask(url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
    const sent = request(url, { method, headers, agent: this.agent });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) };
  }

  /** `ok`, or the status and code of the refusal. */
  async attempt(url: string, asked?: Asked): Promise<string> {
    return outcomeOf(await this.ask(url, asked));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.agent.destroy();
  }
}

/** What may pass says when to come back (RFC 9110, section 10.2.3). */
export function outcomeOf({ status, headers, text: body }: Answer): string {
  if (status < 400) return 'ok';
  const { code } = JSON.parse(body) as { code: string };
  const isPassing = status === 429 || status === 503;
  expect(headers['retry-after'] !== undefined).toBe(isPassing);
  return `${status} ${code}`;
}
