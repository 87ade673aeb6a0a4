import { Permissions, readClaims, type TokenClaims } from '@tetracast/access';
import type { KeyValueStore } from '@tetracast/bus';
import { CodedError } from '@tetracast/message-model';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import { createHash } from 'node:crypto';
import type { AccessSettings } from '../session-settings';

/** 256 bits: a ticket cannot be guessed. */
const TICKET_BYTES = 32;

interface Stored {
  readonly claims: TokenClaims;
  readonly channels: readonly string[];
}

/**
 * A ticket is in the URL of an event stream in place of a token, because an `EventSource` cannot send headers. It allows the
 * channels of one stream and nothing else. It expires a minute after it was issued; once used, it lasts as long as its token,
 * for the reconnects of the stream. The store keeps it under its hash, so that every process finds it.
 */
export class Tickets {
  constructor(
    private readonly store: KeyValueStore,
    /** How long a ticket lasts before its first use; a ticket of a token that never expires lasts `revocationTtlMs` after each use. */
    private readonly settings: Pick<AccessSettings, 'ticketUnusedMs' | 'revocationTtlMs'>,
    private readonly runtime: Runtime,
    /** What the claims of a ticket still allow. If it throws, the ticket is not renewed. @throws CodedError `unauthorized` */
    private readonly permissionsOf: (claims: TokenClaims) => Permissions = (claims) => Permissions.of(claims),
  ) {}

  /** Returns a ticket, and the time of its latest first use, in ms since 1970. @throws BusUnavailableError */
  async issue(claims: TokenClaims, channels: readonly string[]): Promise<{ ticket: string; useBefore: number }> {
    const { ticketUnusedMs } = this.settings;
    const ticket = randomText(this.runtime, TICKET_BYTES);
    const useBefore = this.runtime.now() + ticketUnusedMs;
    await this.keep(ticket, { claims, channels }, ticketUnusedMs);
    return { ticket, useBefore };
  }

  /**
   * Returns the permissions of a ticket, which must be for all these channels. Renews it for the reconnects of its stream.
   * @throws CodedError `unauthorized`; BusUnavailableError
   */
  async redeem(ticket: string, channels: readonly string[]): Promise<Permissions> {
    const text = await this.store.getValue(keyOf(ticket));
    if (text === undefined) throw new CodedError('unauthorized', 'the ticket is unknown or has expired: get a new one');
    const stored = JSON.parse(text) as Stored;
    if (!channels.every((channel) => stored.channels.includes(channel))) {
      throw new CodedError('forbidden', 'the ticket is for other channels: get one for these');
    }
    const permissions = this.permissionsOf(readClaims(stored.claims));
    await this.keep(ticket, stored, this.lifeOf(permissions));
    return permissions;
  }

  /** Gives a ticket another token. @throws BusUnavailableError */
  async renew(ticket: string, { claims }: Permissions, channels: readonly string[]): Promise<void> {
    if (claims === undefined) return;
    await this.keep(ticket, { claims, channels }, this.lifeOf(Permissions.of(claims)));
  }

  private lifeOf({ expiresAtMs }: Permissions): number {
    if (expiresAtMs === undefined) return this.settings.revocationTtlMs;
    const lifeMs = expiresAtMs - this.runtime.now();
    if (lifeMs <= 0) throw new CodedError('unauthorized', 'the token of the ticket has expired: get a new ticket');
    return lifeMs;
  }

  private async keep(ticket: string, stored: Stored, ttlMs: number): Promise<void> {
    await this.store.putValue(keyOf(ticket), JSON.stringify(stored), ttlMs);
  }
}

const keyOf = (ticket: string): string => `ticket:${createHash('sha256').update(ticket).digest('base64url')}`;
