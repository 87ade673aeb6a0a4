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
 * A ticket stands in the URL of an event stream in place of a token, since an `EventSource` can send no header. It is valid for
 * one stream's channels and nothing else: for a minute until its first use, and from then on, for the reconnects of that
 * stream, as long as the token behind it. The bus stores it under its hash, so that every process finds it.
 */
export class Tickets {
  constructor(
    private readonly store: KeyValueStore,
    /** How long a ticket waits for its first use; that of a token that never expires is kept for `revocationTtlMs` after its last. */
    private readonly settings: Pick<AccessSettings, 'ticketUnusedMs' | 'revocationTtlMs'>,
    private readonly runtime: Runtime,
    /** What the claims behind a ticket still allow. If it throws, the ticket is not prolonged. @throws CodedError `unauthorized` */
    private readonly permissionsOf: (claims: TokenClaims) => Permissions = (claims) => Permissions.of(claims),
  ) {}

  /** A ticket, and until when it waits for its first use, in ms since 1970. @throws BusUnavailableError */
  async issue(claims: TokenClaims, channels: readonly string[]): Promise<{ ticket: string; useBefore: number }> {
    const { ticketUnusedMs } = this.settings;
    const ticket = randomText(this.runtime, TICKET_BYTES);
    const useBefore = this.runtime.now() + ticketUnusedMs;
    await this.keep(ticket, { claims, channels }, ticketUnusedMs);
    return { ticket, useBefore };
  }

  /**
   * The permissions of a ticket, which has to be for all these channels; it is prolonged for the reconnects of its stream.
   * @throws CodedError `unauthorized`; BusUnavailableError
   */
  async redeem(ticket: string, channels: readonly string[]): Promise<Permissions> {
    const text = await this.store.getValue(keyOf(ticket));
    if (text === undefined) throw new CodedError('unauthorized', 'the ticket is unknown or has expired: get a new one');
    const stored = JSON.parse(text) as Stored;
    if (!channels.every((channel) => stored.channels.includes(channel))) {
      throw new CodedError('forbidden', 'the ticket is for other channels');
    }
    const permissions = this.permissionsOf(readClaims(stored.claims));
    await this.keep(ticket, stored, this.lifeOf(permissions));
    return permissions;
  }

  /** Has a ticket stand for another token. @throws BusUnavailableError */
  async renew(ticket: string, { claims }: Permissions, channels: readonly string[]): Promise<void> {
    if (claims === undefined) return;
    await this.keep(ticket, { claims, channels }, this.lifeOf(Permissions.of(claims)));
  }

  private lifeOf({ expiresAtMs }: Permissions): number {
    if (expiresAtMs === undefined) return this.settings.revocationTtlMs;
    const lifeMs = expiresAtMs - this.runtime.now();
    if (lifeMs <= 0) throw new CodedError('unauthorized', 'the token behind the ticket has expired');
    return lifeMs;
  }

  private async keep(ticket: string, stored: Stored, ttlMs: number): Promise<void> {
    await this.store.putValue(keyOf(ticket), JSON.stringify(stored), ttlMs);
  }
}

const keyOf = (ticket: string): string => `ticket:${createHash('sha256').update(ticket).digest('base64url')}`;
