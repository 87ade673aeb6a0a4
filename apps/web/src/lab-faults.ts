import type { IncomingHttpHeaders } from 'node:http';

/**
 * What a server adds to the lab page when it can put faults between the page and the transports: proxies on ports beside its
 * own. The web service alone has none; `apps/standalone` decorates its Fastify instance with it.
 */
export interface LabFaults {
  /** Sources for `connect-src` of a page that was opened at `host`. */
  connectSources(host: string): readonly string[];
  /** What the page needs to use the proxies, or `undefined` if the request is not one of the page itself. */
  describe(headers: IncomingHttpHeaders): object | undefined;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly labFaults?: LabFaults;
  }
}
