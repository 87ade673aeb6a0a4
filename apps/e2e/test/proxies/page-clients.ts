/** What the page's own script keeps of one client. */
export interface Received {
  /** The data of its messages as they came. */
  readonly texts: string[];
  publish(text: string): void;
}

declare global {
  interface Window {
    received: Received;
  }
}

/** What a page has: Chromium's own, and the two libraries loaded as scripts. */
interface StockPage {
  readonly jQuery: {
    readonly ajax: (settings: object) => PromiseLike<{ cursor: string; messages: readonly { data: string }[] }>;
  };
  readonly io: (options: object) => {
    on(event: string, listener: (...args: readonly unknown[]) => void): void;
    emit(event: string, ...args: readonly unknown[]): void;
  };
}

/**
 * Run in a page that came through the proxy: each opens its client on a channel, sets `window.received`, and resolves when the
 * client is subscribed. After a cut each comes back as its library does it, or as the documents say where there is none.
 */
type OpenClient = (wanted: Wanted) => Promise<void>;

export interface Wanted {
  readonly channel: string;
  /** Socket.IO's; default: all it has. */
  readonly transports?: readonly string[];
}

const eventSource: OpenClient = ({ channel }) =>
  new Promise((resolve) => {
    const source = new EventSource(`/sse?channel=${channel}&format=data`);
    const texts: string[] = [];
    source.onmessage = ({ data }) => texts.push(data as string);
    source.onopen = () => resolve();
    const publish = (text: string): void => {
      const body = new URLSearchParams({ channel, data: text });
      void fetch('/sse', { method: 'POST', body });
    };
    window.received = { texts, publish };
  });

const jQueryPolling: OpenClient = ({ channel }) =>
  new Promise((resolve) => {
    const { jQuery } = globalThis as unknown as StockPage;
    const texts: string[] = [];
    const publish = (text: string): void =>
      void jQuery.ajax({ method: 'POST', url: '/polling', data: { channel, data: text } });
    window.received = { texts, publish };
    const poll = (after?: string): void => {
      const wait = after === undefined ? 0 : 25;
      jQuery.ajax({ url: '/polling', data: { channel, wait, after } }).then(
        ({ messages, cursor }) => {
          texts.push(...messages.map(({ data }) => data));
          resolve();
          poll(cursor);
        },
        () => void setTimeout(poll, 100, after),
      );
    };
    poll();
  });

const webSocket: OpenClient = ({ channel }) =>
  new Promise((resolve) => {
    const texts: string[] = [];
    let cursor: string | undefined;
    let socket: WebSocket;
    const publish = (text: string): void => socket.send(JSON.stringify({ type: 'publish', channel, data: text }));
    window.received = { texts, publish };
    const connect = (): void => {
      const start = cursor === undefined ? '' : `&after=${cursor}`;
      socket = new WebSocket(`ws://${location.host}/ws?channel=${channel}${start}`);
      socket.onclose = () => void setTimeout(connect, 100);
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data as string) as { type: string; id?: string; cursor?: string; data: string };
        cursor = frame.cursor ?? frame.id ?? cursor;
        if (frame.type === 'message') texts.push(frame.data);
        if (frame.type === 'subscribed') resolve();
      };
    };
    connect();
  });

const socketIo: OpenClient = ({ channel, transports = ['polling', 'websocket'] }) =>
  new Promise((resolve) => {
    const { io } = globalThis as unknown as StockPage;
    const texts: string[] = [];
    const socket = io({ auth: { channels: [channel] }, transports, reconnectionDelay: 100 });
    socket.on('message', (data) => texts.push(data as string));
    socket.on('tetracast:ready', () => resolve());
    window.received = { texts, publish: (text) => socket.emit('publish', { channel, data: text }) };
  });

export interface PageClient {
  readonly client: string;
  readonly open: OpenClient;
  readonly transports?: readonly string[];
}

export const PAGE_CLIENTS: readonly PageClient[] = [
  { client: 'EventSource', open: eventSource },
  { client: 'polling by jQuery', open: jQueryPolling },
  { client: 'WebSocket', open: webSocket },
  { client: 'Socket.IO', open: socketIo },
  { client: 'Socket.IO over polling', open: socketIo, transports: ['polling'] },
  { client: 'Socket.IO over WebSocket', open: socketIo, transports: ['websocket'] },
];
