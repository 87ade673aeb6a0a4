import { API_SCOPES, type ApiScope, CodedError } from '@tetracast/message-model';
import { Permissions } from '../permissions';

/** Who calls the server API, and what the caller may do: scopes say which calls, patterns on which channels. */
export class ApiCaller {
  private readonly scopes: ReadonlySet<ApiScope>;

  private constructor(
    /** Stands in the log: `key shop`, `token ann`. It holds nothing secret. */
    readonly name: string,
    readonly permissions: Permissions,
  ) {
    this.scopes = new Set(permissions.claims?.tetracast.api);
  }

  /** The holder of an API key. One list of patterns says where it may publish and read. */
  static ofKey(name: string, scopes: readonly ApiScope[], channels: readonly string[]): ApiCaller {
    return new ApiCaller(`key ${name}`, permissionsFor(scopes, channels, `key ${name}`));
  }

  /** The holder of a token with the claim `tetracast.api`. Its `publish` and `subscribe` say on which channels. */
  static ofToken(permissions: Permissions): ApiCaller {
    const { claims, subject = 'without a subject' } = permissions;
    // Without the policies of namespaces, which are for clients.
    return new ApiCaller(`token ${subject}`, claims === undefined ? permissions : Permissions.of(claims));
  }

  /** Any program of this machine, where the API is open. */
  static local(): ApiCaller {
    return new ApiCaller('this machine', permissionsFor(API_SCOPES, ['*']));
  }

  /** @throws CodedError `forbidden` */
  requireScope(scope: ApiScope): void {
    if (this.scopes.has(scope)) return;
    throw new CodedError('forbidden', `the ${this.name} has no scope "${scope}" for the API: add it`);
  }

  mayRead(channel: string): boolean {
    return this.permissions.maySubscribe(channel);
  }

  /** @throws CodedError `forbidden` */
  requireRead(channel: string): void {
    if (!this.mayRead(channel)) throw this.refusal('read', channel);
  }

  /** Publishing and deleting need the same pattern. @throws CodedError `forbidden` */
  requireWrite(channel: string): void {
    if (!this.permissions.mayPublish(channel)) throw this.refusal('write to', channel);
  }

  /** For calls that concern all channels. @throws CodedError `forbidden` */
  requireAllChannels(): void {
    if (this.permissions.isForAllChannels) return;
    throw new CodedError('forbidden', `the call concerns all channels, and the ${this.name} is not for "*"`);
  }

  private refusal(act: string, channel: string): CodedError {
    return new CodedError('forbidden', `the ${this.name} does not allow to ${act} ${channel}: add a pattern for it`);
  }
}

function permissionsFor(api: readonly ApiScope[], channels: readonly string[], holder?: string): Permissions {
  const patterns = [...channels];
  const tetracast = {
    ...{ subscribe: patterns, publish: patterns, presence: patterns, end: patterns, cancel: patterns },
    admin: false,
    api: [...api],
  };
  return Permissions.of({ tetracast }, undefined, holder);
}
