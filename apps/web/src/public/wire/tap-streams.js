import { byteLength } from '../panel/meters.js';
import { cross, transportOf } from './crossings.js';
import * as head from './head-bytes.js';
import { eventLabel, frameLabel } from './labels.js';

/** Reports what goes through `EventSource` and `WebSocket`, and changes nothing about it. */
export function tapStreams() {
  window.EventSource = TappedEventSource;
  window.WebSocket = TappedWebSocket;
}

const NAMED_EVENTS = ['message', 'tetracast:reset'];

class TappedEventSource extends EventSource {
  #transport;
  #isOpen = false;

  constructor(url, options) {
    super(url, options);
    this.#transport = transportOf(this.url);
    if (!this.#transport) return;
    this.#request();
    this.addEventListener('open', () => {
      this.#report(() => ({ direction: 'down', kind: 'response', label: '200 text/event-stream', bytes: 250 }));
    });
    for (const name of NAMED_EVENTS) {
      this.addEventListener(name, (event) => {
        const label = eventLabel(event);
        this.#report(() => ({ direction: 'down', kind: 'event', label, bytes: head.eventBytes(event) }));
      });
    }
    this.addEventListener('error', () => {
      this.#end();
      if (this.readyState === EventSource.CONNECTING) this.#request(); // the browser's own retry
    });
  }

  close() {
    super.close();
    this.#end();
  }

  #request() {
    this.#isOpen = true;
    const bytes = head.requestHeadBytes('GET', this.url, { Accept: 'text/event-stream' });
    this.#report(() => ({
      direction: 'up',
      kind: 'request',
      label: `GET ${new URL(this.url).pathname}`,
      bytes,
      opens: true,
    }));
  }

  #end() {
    if (this.#isOpen) this.#report(() => ({ direction: 'none', kind: 'end', label: 'close', bytes: 0, closes: true }));
    this.#isOpen = false;
  }

  #report(describe) {
    if (this.#transport) cross(() => ({ transport: this.#transport, ...describe() }));
  }
}

class TappedWebSocket extends WebSocket {
  #transport;

  constructor(url, protocols = []) {
    super(url, protocols);
    this.#transport = transportOf(this.url);
    if (!this.#transport) return;
    const http = this.url.replace(/^ws/, 'http');
    const bytes = head.requestHeadBytes('GET', http, head.UPGRADE_REQUEST_HEADERS);
    const label = `GET ${new URL(http).pathname} · upgrade`;
    this.#report(() => ({ direction: 'up', kind: 'request', label, bytes, opens: true }));
    this.addEventListener('open', () => {
      const opened = { direction: 'down', kind: 'response', label: '101 Switching Protocols' };
      this.#report(() => ({ ...opened, bytes: head.UPGRADE_RESPONSE_BYTES }));
    });
    this.addEventListener('message', ({ data }) => this.#frame('down', data));
    this.addEventListener('close', ({ code }) => {
      this.#report(() => ({ direction: 'none', kind: 'end', label: `close ${code}`, bytes: 0, closes: true }));
    });
  }

  send(data) {
    super.send(data);
    this.#frame('up', data);
  }

  #frame(direction, data) {
    const payload = typeof data === 'string' ? byteLength(data) : (data.byteLength ?? data.size);
    this.#report(() => ({
      direction,
      kind: 'frame',
      label: frameLabel(this.#transport, data),
      bytes: head.frameBytes(payload, direction === 'up'),
      isPublish: PUBLISHING[direction].test(typeof data === 'string' ? data : ''),
    }));
  }

  #report(describe) {
    if (this.#transport) cross(() => ({ transport: this.#transport, ...describe() }));
  }
}

/** A publish and its acknowledgement, in the frames of `/ws` and in the packets of Socket.IO. */
const PUBLISHING = { up: /^(?:\{"type":"publish"|42\d*\["publish")/, down: /^(?:\{"type":"ack"|43)/ };
