import { BusUrlError } from '../../bus-url-error';

/** The parts of a BUS_URL, with user and password decoded. */
export interface UrlParts {
  readonly username?: string;
  readonly password?: string;
  /** The host or hosts, as written. */
  readonly hosts: string;
  /** From the first slash, or empty. */
  readonly path: string;
  /** After the question mark, or empty. */
  readonly query: string;
}

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const HOST = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]+))?$/;
const ENCODE = 'percent-encode a user or password: / as %2F, ? as %3F, # as %23, % as %25';

/** Reads URLs of one form. Its errors show nothing of the URL, which may hold a password. */
export class UrlReader {
  private mayBeUnencoded = false;

  /** @param form shown to an operator whose URL is wrong */
  constructor(private readonly form: string) {}

  /** @throws BusUrlError */
  split(url: string): UrlParts {
    const [, authority = '', path = '', query = '', fragment = ''] =
      /^[^:]*:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/.exec(url) ?? [];
    // An @ after the host: the password holds a character that must be encoded.
    this.mayBeUnencoded = `${path}${query}${fragment}`.includes('@');
    if (fragment !== '') this.fail('a # may not stand in it');
    // A password may hold an @: the last one ends it.
    const at = authority.lastIndexOf('@');
    const user = at < 0 ? {} : this.user(authority.slice(0, at));
    return { ...user, hosts: authority.slice(at + 1), path, query };
  }

  /** @param name of the host in an error. @throws BusUrlError */
  host(text: string, defaultPort: number, name: string): HostAndPort {
    const [, ipv6, plain, digits] = HOST.exec(text) ?? [];
    const host = ipv6 ?? plain;
    const port = digits === undefined ? defaultPort : Number(digits);
    if (host === undefined || port < 1 || port > 65_535) this.fail(`${name} is no host[:port]`);
    return { host, port };
  }

  /** A database number, 0 by default; only the server knows whether it has that database. @throws BusUrlError */
  database(text: string, behind: string): number {
    if (!/^[0-9]{0,9}$/.test(text)) this.fail(`what follows ${behind} is no database number`);
    return Number(text);
  }

  /** @throws BusUrlError */
  decode(text: string): string {
    try {
      return decodeURIComponent(text);
    } catch {
      this.mayBeUnencoded = true;
      return this.fail('a user or password is not percent-encoded');
    }
  }

  fail(what: string): never {
    const hint = this.mayBeUnencoded ? `; ${ENCODE}` : '';
    throw new BusUrlError(`${what}${hint}; its form is ${this.form}`);
  }

  private user(text: string): { username?: string; password: string } {
    const colon = text.indexOf(':');
    // Other clients read a text without a colon as a user without a password, which Redis does not have.
    if (colon < 0) this.fail('before the @ stands user:password or :password');
    const username = this.decode(text.slice(0, colon));
    const password = this.decode(text.slice(colon + 1));
    if (password === '') this.fail('the password is empty');
    return { ...(username !== '' && { username }), password };
  }
}
