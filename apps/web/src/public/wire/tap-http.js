import { byteLength } from '../panel/meters.js';
import { cross, transportOf } from './crossings.js';
import { reportEvents } from './fetched-stream.js';
import { requestHeadBytes, responseHeadBytes } from './head-bytes.js';
import { messagesIn, packetLabels, pollLabel, short } from './labels.js';

/** Reports the requests of `XMLHttpRequest` and `fetch`, and changes nothing about them. */
export function tapHttp() {
  tapRequests();
  tapFetch();
}

const NOTED = Symbol('asked');

function tapRequests() {
  const { open, setRequestHeader, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this[NOTED] = { method, url: new URL(url, location.href).href, headers: {} };
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
    this[NOTED].headers[name] = value;
    return setRequestHeader.call(this, name, value);
  };
  XMLHttpRequest.prototype.send = function (body) {
    const asked = this[NOTED];
    const transport = transportOf(asked.url, body);
    if (transport) {
      reportRequest(transport, asked, body);
      this.addEventListener('loadend', () => {
        const text = ['', 'text'].includes(this.responseType) ? this.responseText : '';
        reportResponse(transport, asked, this.status, this.getAllResponseHeaders(), text);
      });
    }
    return send.call(this, body);
  };
}

function tapFetch() {
  const { fetch } = window;
  window.fetch = async (resource, options = {}) => {
    const url = new URL(resource, location.href).href;
    const asked = { method: options.method ?? 'GET', url, headers: options.headers ?? {} };
    const transport = transportOf(asked.url, options.body);
    if (!transport) return fetch(resource, options);
    reportRequest(transport, asked, options.body);
    try {
      const response = await fetch(resource, options);
      const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\r\n');
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
      if (isStream) reportEvents(transport, response.clone(), responseHeadBytes(headers));
      else reportResponse(transport, asked, response.status, headers, await response.clone().text());
      return response;
    } catch (error) {
      reportResponse(transport, asked, 0);
      throw error;
    }
  };
}

function reportRequest(transport, { method, url, headers }, body) {
  cross(() => ({
    transport,
    direction: 'up',
    kind: 'request',
    label: requestLabel(transport, method, url, body),
    bytes: requestHeadBytes(method, url, headers) + (body?.size ?? byteLength(body ?? '')),
    opens: true,
    isPublish: isPublish(transport, method, url),
  }));
}

/** Status 0 means that no answer came, or that the page itself aborted the request. */
function reportResponse(transport, { method, url }, status, headers = '', text = '') {
  const common = { transport, closes: true, isPublish: isPublish(transport, method, url) };
  if (status === 0) {
    cross(() => ({ ...common, direction: 'none', kind: 'end', label: 'abort', bytes: 0 }));
    return;
  }
  cross(() => ({
    ...common,
    direction: 'down',
    kind: 'response',
    label: transport === 'socketio' && method === 'GET' ? short(packetLabels(text)) : pollLabel(status, text),
    bytes: responseHeadBytes(headers) + byteLength(text),
    url,
    ...(messagesIn(text) !== undefined && { isEmpty: messagesIn(text) === 0 }),
  }));
}

/** Socket.IO publishes in packets, not in requests: a POST of its long polling may hold anything. */
function isPublish(transport, method, url) {
  return method === 'POST' && transport !== 'socketio' && !new URL(url).pathname.includes('/ticket');
}

function requestLabel(transport, method, url, body) {
  if (transport === 'socketio' && method === 'POST') return `POST · ${short(packetLabels(String(body)))}`;
  const wait = new URL(url).searchParams.get('wait');
  return `${method} ${new URL(url).pathname}${wait ? `?wait=${wait}` : ''}`;
}
