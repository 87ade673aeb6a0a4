import type { FastifyPluginAsync } from 'fastify';

/** A path of a service. The gateway's location and the row in docs/operations.md are generated from it. */
export interface ServicePath {
  /** `{name}` is one segment, a `*` at the end is any rest. All other paths work with a slash at the end too. */
  readonly path: string;
  readonly methods: readonly string[];
  /** The protocol to which a `GET` may be upgraded. */
  readonly upgrade?: string;
  /** Whether a proxy may buffer the response. Default `true`. */
  readonly buffering?: boolean;
  /** Whether an `EventSource` reads the response of `GET`; it never reconnects after a status other than 200. Default `false`. */
  readonly eventSource?: boolean;
  /** Maximum silence of the service, and of the client, in the syntax of nginx. Default: `60s`, as in nginx. */
  readonly readTimeout?: string;
  readonly sendTimeout?: string;
  /** The setting of the gateway that must be `true` for the gateway to serve the path. Default: it always serves it. */
  readonly exposedBy?: string;
  /** Whether the service alone limits the size of a body, which the gateway then neither limits nor buffers. Default `false`. */
  readonly ownBodyLimit?: boolean;
  /** Why the path has these values. */
  readonly note?: string;
}

/** Everything that other projects need to know about a service. All but the plugin is in its `service.json`. */
export interface ServiceDescriptor {
  /** The name of its folder, its Nx project, its image and its service in the compose file. */
  readonly name: string;
  readonly plugin: FastifyPluginAsync;
  readonly defaultPort: number;
  /** Settings that only this service reads, as environment variables. */
  readonly settings: readonly string[];
  readonly paths: readonly ServicePath[];
}
