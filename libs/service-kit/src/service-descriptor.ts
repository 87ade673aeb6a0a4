import type { FastifyPluginAsync } from 'fastify';

/** A path of a service. From it the gateway's location is rendered, and its row in docs/operations.md. */
export interface ServicePath {
  /** `{name}` stands for one segment, a last `*` for all that follows. A slash may stand behind any other path. */
  readonly path: string;
  readonly methods: readonly string[];
  /** The protocol that a `GET` may be upgraded to. */
  readonly upgrade?: string;
  /** Whether a proxy may collect the answer before it passes it on. Default `true`. */
  readonly buffering?: boolean;
  /** Answers of `GET` are read by an `EventSource`, which gives up for good on any status but 200. Default `false`. */
  readonly eventSource?: boolean;
  /** Longest silence of the service and of the client, in nginx's words. Default: nginx's, `60s`. */
  readonly readTimeout?: string;
  readonly sendTimeout?: string;
  /** Why it is so. */
  readonly note?: string;
}

/** Everything that the rest of the system has to know about a service. All but the plugin stands in its `service.json`. */
export interface ServiceDescriptor {
  /** Of its folder and Nx project, its image and its service in the compose file. */
  readonly name: string;
  readonly plugin: FastifyPluginAsync;
  readonly defaultPort: number;
  /** Settings that only this service reads, as environment variables. */
  readonly settings: readonly string[];
  readonly paths: readonly ServicePath[];
}
