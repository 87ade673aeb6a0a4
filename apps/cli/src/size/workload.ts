import { type Transport, TRANSPORTS } from './costs';

/** What a deployment has to carry. */
export interface Workload {
  readonly connections: number;
  /** Messages a second that are published, in all channels together. */
  readonly rate: number;
  /** Of the data of a message. */
  readonly bytes: number;
  /** Messages and connections spread over them evenly. */
  readonly channels: number;
  /** Channels of each connection. */
  readonly subscriptions: number;
  /** Parts of the connections; they add up to 1. */
  readonly transports: Readonly<Partial<Record<Transport, number>>>;
  readonly publish: 'connection' | 'post';
  /** HISTORY_SIZE. */
  readonly history: number;
  /** HISTORY_TTL, in seconds. */
  readonly historySeconds: number;
  /** What part of a core may be busy on average: 0 to 1. */
  readonly load: number;
}

const isTransport = (name: string): name is Transport => (TRANSPORTS as readonly string[]).includes(name);

/** `websocket` or `websocket=3,sse=1`: parts of any size. @throws Error that says what is wrong */
export function parseTransports(text: string): Workload['transports'] {
  const parts = text.split(',').map((part) => {
    const [name = '', weight = '1', ...rest] = part.split('=');
    const share = Number(weight);
    if (!isTransport(name) || rest.length > 0 || !(share > 0 && Number.isFinite(share))) {
      throw new Error(`"${part}" must be one of ${TRANSPORTS.join(', ')}, with its part: websocket=3,sse=1.`);
    }
    return [name, share] as const;
  });
  if (new Set(parts.map(([name]) => name)).size < parts.length) throw new Error('It must name each transport once.');
  const all = parts.reduce((sum, [, share]) => sum + share, 0);
  return Object.fromEntries(parts.map(([name, share]) => [name, share / all]));
}
