import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The names of this machine under which the lab is served with faults. */
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** A request with one of these came through a proxy, and so perhaps from another machine. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'];

/**
 * The host of the lab page, `<name>:<port>`, if exactly that page sent this request to `ownPort`. A program without an
 * `Origin`, a page of another origin, and a name that only resolves to this machine (DNS rebinding) are all refused.
 */
export function pageHostOf(headers: IncomingHttpHeaders, ownPort: number, pagePort: number): string | undefined {
  const name = LOOPBACK_NAMES.find((each) => headers.host === `${each}:${ownPort}`);
  if (name === undefined || headers.origin !== `http://${name}:${pagePort}`) return undefined;
  return `${name}:${pagePort}`;
}

/** Whether a request without an `Origin` is one of the page itself: the browser says so, and the name is of loopback. */
export function isOfPage({ host, origin, ...headers }: IncomingHttpHeaders, port: number): boolean {
  if (!LOOPBACK_NAMES.some((name) => host === `${name}:${port}`)) return false;
  if (origin !== undefined && origin !== `http://${host}`) return false;
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) return false;
  return headers['sec-fetch-site'] === 'same-origin';
}

/** Compares in constant time. */
export function isSecret(given: unknown, secret: string): boolean {
  const [left, right] = [Buffer.from(String(given)), Buffer.from(secret)];
  return left.length === right.length && timingSafeEqual(left, right);
}
