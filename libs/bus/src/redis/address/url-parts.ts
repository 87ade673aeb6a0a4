import { BusUrlError } from '../../bus-url-error';

/** A BUS_URL taken apart, user and password decoded. */
export interface UrlParts {
  readonly username?: string;
  readonly password?: string;
  /** What names the host or hosts. */
  readonly hosts: string;
  /** From the first slash on, or empty. */
  readonly path: string;
  /** What follows the question mark, or empty. */
  readonly query: string;
}

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const HOST = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]+))?$/;
const ENCODE = 'percent-encode a user or password: / as %2F, ? as %3F, # as %23, % as %25';

/** Reads URLs of one form. What is wrong is a BusUrlError that shows nothing of the URL, which may hold a password. */
export class UrlReader {
  private mayBeUnencoded = false;

  /** @param form shown to an operator whose URL is wrong */
  constructor(private readonly form: string) {}

  /** @throws BusUrlError */
  split(url: string): UrlParts {
    const [, authority = '', path = '', query = '', fragment = ''] =
      /^[^:]*:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/.exec(url) ?? [];
    // An @ behind what ended the host: that was a character of the password.
    this.mayBeUnencoded = `${path}${query}${fragment}`.includes('@');
    if (fragment !== '') this.fail('a # may not stand in it');
    // A password may hold any character but those that end it: the last @ is the one that counts.
    const at = authority.lastIndexOf('@');
    const user = at < 0 ? {} : this.user(authority.slice(0, at));
    return { ...user, hosts: authority.slice(at + 1), path, query };
  }

  /** @throws BusUrlError that calls it `name` */
  host(text: string, defaultPort: number, name: string): HostAndPort {
    const [, ipv6, plain, digits] = HOST.exec(text) ?? [];
    const host = ipv6 ?? plain;
    const port = digits === undefined ? defaultPort : Number(digits);
    if (host === undefined || port < 1 || port > 65_535) this.fail(`${name} is no host[:port]`);
    return { host, port };
  }

  /** The number of a database, 0 unless said; whether the server has it only the server knows. @throws BusUrlError */
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
    // To other clients what has no colon is a user without a password, which Redis does not know.
    if (colon < 0) this.fail('before the @ stands user:password or :password');
    const username = this.decode(text.slice(0, colon));
    const password = this.decode(text.slice(colon + 1));
    if (password === '') this.fail('the password is empty');
    return { ...(username !== '' && { username }), password };
  }
}
