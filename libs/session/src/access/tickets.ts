import { Permissions, readClaims, type TokenClaims } from '@tetracast/access';
import type { KeyValueStore } from '@tetracast/bus';
import { CodedError } from '@tetracast/message-model';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import { createHash } from 'node:crypto';
import type { AccessSettings } from '../session-settings';

/** 256 bits: a ticket cannot be guessed. */
const TICKET_BYTES = 32;

/** Whether a text has the form of a ticket. A token has dots. */
export function isTicket(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

interface Stored {
  readonly claims: TokenClaims;
  readonly channels: readonly string[];
  /** The claims are for these channels alone, so the ticket is as good as a token with them. Default `false`. */
  readonly isToken?: boolean;
}

/**
 * A ticket is in the URL of an event stream in place of a token, because an `EventSource` cannot send headers. It allows the
 * channels of one stream and nothing else. (The ticket of a relay is good wherever a token is, see {@link Tickets.issueToken}.) It expires a minute after it was issued; once used, it lasts as long as its token,
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

  /** Returns a ticket that is good wherever a token is, for as long as its claims. They are for `channel` alone. @throws BusUnavailableError */
  async issueToken(claims: TokenClaims, channel: string): Promise<string> {
    const ticket = randomText(this.runtime, TICKET_BYTES);
    await this.keep(ticket, { claims, channels: [channel], isToken: true }, this.lifeOf(Permissions.of(claims)));
    return ticket;
  }

  /** Returns the permissions of a ticket that is in place of a token. @throws CodedError `unauthorized`; BusUnavailableError */
  async permissionsInPlaceOfToken(ticket: string): Promise<Permissions> {
    const { claims, isToken = false } = await this.read(ticket);
    if (!isToken) throw new CodedError('unauthorized', 'the ticket is for an event stream: send a token');
    return this.permissionsOf(readClaims(claims));
  }

  /**
   * Returns the permissions of a ticket, which must be for all these channels. Renews it for the reconnects of its stream.
   * @throws CodedError `unauthorized`; BusUnavailableError
   */
  async redeem(ticket: string, channels: readonly string[]): Promise<Permissions> {
    const stored = await this.read(ticket);
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

  private async read(ticket: string): Promise<Stored> {
    const text = await this.store.getValue(keyOf(ticket));
    if (text === undefined) throw new CodedError('unauthorized', 'the ticket is unknown or has expired: get a new one');
    return JSON.parse(text) as Stored;
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
