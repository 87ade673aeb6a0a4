import { isErrorCode } from '@tetracast/message-model';
import { IDLE_LIMIT_MS } from '@tetracast/testing';

const PATH = '/socket.io/?EIO=4&transport=polling';
/** Between the packets of one body. */
const SEPARATOR = '\x1e';
/** What would be the fault of the service. */
const FAILURES: readonly unknown[] = ['internal', 'unavailable'];

/** A session of Engine.IO over HTTP long-polling, each request made by hand; bodies are whatever they are. */
export class EngineSession {
  private constructor(private readonly url: string) {}

  static async begin(baseUrl: string): Promise<EngineSession> {
    const url = baseUrl + PATH;
    const opened = await (await fetch(url, limited())).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    return new EngineSession(`${url}&sid=${encodeURIComponent(sid)}`);
  }

  /** Resolves to the status. */
  async post(body: BodyInit, contentType = 'text/plain;charset=UTF-8'): Promise<number> {
    const response = await fetch(this.url, {
      ...limited(),
      method: 'POST',
      body,
      headers: { 'content-type': contentType },
    });
    await response.text();
    return response.status;
  }

  /** Waits for packets; there are none once the session has ended. */
  async poll(): Promise<string[]> {
    const response = await fetch(this.url, limited());
    const text = await response.text();
    return response.ok ? text.split(SEPARATOR) : [];
  }
}

/** A packet is one of those that Engine.IO 4 and Socket.IO 5 have, and reports no failure of the service itself. */
export function expectKnownPacket(packet: string): void {
  const [, engine, socket, json] = /^([0-6b])([0-6])?(?:\d+-)?(?:\/[^,]*,)?\d*(.*)$/s.exec(packet) ?? [];
  expect({ packet, engine }).not.toMatchObject({ engine: undefined });
  if (engine !== '4' || json === undefined || json === '') return;
  const content: unknown = JSON.parse(json);
  if (socket === '4') expectKnownCode((content as { data: { code: unknown } }).data.code);
  if (socket === '3') {
    const [answer] = content as [{ ok: boolean; error?: { code: unknown } }];
    if (!answer.ok) expectKnownCode(answer.error?.code);
  }
}

function expectKnownCode(code: unknown): void {
  expect({ code, isKnown: isErrorCode(code) }).toMatchObject({ isKnown: true });
  expect(FAILURES).not.toContain(code);
}

function limited(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(IDLE_LIMIT_MS) };
}
