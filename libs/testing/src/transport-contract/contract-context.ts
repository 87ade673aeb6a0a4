/// <reference types="jest" />
import { randomBytes } from 'node:crypto';
import {
  type OpenOptions,
  publishJson,
  type PublishOptions,
  type TransportClient,
  type TransportDriver,
} from '../drivers';

/** A running service with one transport, or several behind one address. */
export interface TransportUnderTest extends AsyncDisposable {
  /** `http://host:port` */
  readonly url: string;
}

/** What a service's own test brings: its start and the clients that must work with it. */
export interface TransportSuite {
  /**
   * Each call starts a service over a log of its own, with these settings (environment variables such as
   * `HISTORY_SIZE`) on top of those that any test needs.
   */
  readonly start: (settings?: Readonly<Record<string, string>>) => Promise<TransportUnderTest>;
  readonly drivers: readonly TransportDriver[];
}

/** What each topic of the suite gets; `url()` is that of a service all tests share, so each takes channels of its own. */
export interface ContractContext {
  readonly driver: TransportDriver;
  readonly url: () => string;
  readonly start: TransportSuite['start'];
}

export function uniqueChannel(name = 'channel'): string {
  return `${name}-${randomBytes(6).toString('hex')}`;
}

/** Opens a client of the shared service. */
export function open({ driver, url }: ContractContext, options: OpenOptions): Promise<TransportClient> {
  return driver.open(url(), options);
}

/** Publishes any JSON: over the client's line, or by a plain request where the client can publish only strings. */
export function publishAny(
  { driver, url }: ContractContext,
  client: TransportClient,
  publication: PublishOptions,
): Promise<{ readonly id: string }> {
  return driver.flags.publishesJson ? client.publish(publication) : publishJson(url() + driver.path, publication);
}

/** Publishes these one after the other; resolves to their ids. */
export async function publishAll(
  client: TransportClient,
  channel: string,
  data: readonly unknown[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const item of data) ids.push((await client.publish({ channel, data: item })).id);
  return ids;
}

/** `first-1`, `first-2`, … : strings, which every driver can publish. */
export function words(count: number, prefix = 'word'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}
