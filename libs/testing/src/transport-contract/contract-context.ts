/// <reference types="jest" />
import type { ErrorCode } from '@tetracast/message-model';
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

/**
 * Each call starts a service with a separate message log, with these settings (environment variables such as `HISTORY_SIZE`) on
 * top of those that any test needs.
 */
export type StartServer = (settings?: Readonly<Record<string, string>>) => Promise<TransportUnderTest>;

/**
 * What a suite runs against: services it can start, or a running one (`url()` is called once the tests run). The
 * cases that need a separate server do not run against the latter; the results list them as not available.
 */
export type ServerToTest =
  | { readonly start: StartServer }
  | {
      readonly url: () => string;
      /** A namespace in which its channels have members. Default: the cases of presence do not run. */
      readonly presenceNamespace?: string | undefined;
    };

/** The server, and the clients that must work with it. */
export type TransportSuite = ServerToTest & { readonly drivers: readonly TransportDriver[] };

/** What each topic of the suite gets; `url()` is that of a service all tests share, so each uses separate channels. */
export interface ContractContext {
  readonly driver: TransportDriver;
  readonly url: () => string;
  /** `undefined` where the server runs already. */
  readonly start: StartServer | undefined;
  /** Of a server that runs already: the namespace in which channels have members, if there is one. */
  readonly presenceNamespace?: string | undefined;
}

/** The end of the title of a case that cannot be run at a deployment. The table of the conformance run knows it. */
const NOT_AVAILABLE = '(not available at this deployment)';

/** Names a case that cannot be run here, so that every deployment has the same cases in its results. */
export function itIsNotAvailable(title: string): void {
  it(`${title} ${NOT_AVAILABLE}`, () => undefined);
}

/** A case that needs a server with these settings, or with a separate message log. */
export function itOnItsOwnServer(
  { start }: ContractContext,
  title: string,
  settings: Readonly<Record<string, string>>,
  test: (service: TransportUnderTest) => Promise<void>,
): void {
  if (start === undefined) {
    itIsNotAvailable(title);
    return;
  }
  it(title, async () => {
    await using service = await start(settings);
    await test(service);
  });
}

/** A case about what a proxy in front of a deployment may keep to itself. */
export function itAtTheServer(
  { start }: Pick<ContractContext, 'start'>,
  title: string,
  test: () => Promise<void>,
): void {
  if (start === undefined) itIsNotAvailable(title);
  else it(title, test);
}

export function uniqueChannel(name = 'channel'): string {
  return `${name}-${randomBytes(6).toString('hex')}`;
}

/** Opens a client of the shared service. */
export function open({ driver, url }: ContractContext, options: OpenOptions): Promise<TransportClient> {
  return driver.open(url(), options);
}

/** Publishes any JSON: over the client's connection, or by a plain request where the client can publish only strings. */
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

/**
 * Publishes these one after the other, where it does not matter by whom: a client without a browser's speed, such as
 * `$.ajax` in jsdom, would take longer for many than a test may.
 */
export async function publishMany(
  context: ContractContext,
  client: TransportClient,
  channel: string,
  data: readonly unknown[],
): Promise<void> {
  for (const item of data) await publishAny(context, client, { channel, data: item });
}

/** `first-1`, `first-2`, … : strings, which every driver can publish. */
export function words(count: number, prefix = 'word'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

/** What the client of a driver rejects with when the server refuses with this code to open it. */
export function refusalBy({ flags }: TransportDriver, code: ErrorCode): object {
  return { name: 'TransportError', ...(flags.showsRefusal ? { code } : {}) };
}
