/**
 * `npm run token -- --sub ann --subscribe 'chat:*' --publish chat:room`: prints one token, signed with AUTH_SECRET (HS256),
 * to try things out with. AUTH_SECRET, AUTH_ISSUER and AUTH_AUDIENCE come from the environment, or from `.env`.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';

import { installDependencies, requireNode } from './checkout.mjs';

/** RFC 7518, section 3.2. */
const SECRET_MIN_BYTES = 32;

const USAGE =
  'npm run token -- [--sub <name>] [--subscribe <pattern>]… [--publish <pattern>]… [--presence <pattern>]… ' +
  '[--end <pattern>]… [--cancel <pattern>]… [--relay <name>]… [--admin] [--api <scope>]… [--ttl 1h] [--iss <issuer>] [--aud <audience>]';

const HELP = `Usage: ${USAGE}

Prints a token that is signed with AUTH_SECRET, from the environment or from .env. Without options it allows nothing.

  --subscribe <pattern>  may subscribe to: a channel such as news, chat:* for a namespace, * for all; may be repeated
  --publish <pattern>    may publish to; may be repeated
  --presence <pattern>   may see the members of, and be one; may be repeated
  --end <pattern>        may end; may be repeated
  --cancel <pattern>     may ask the publishers of to stop; may be repeated
  --relay <name>         may use the relay, * for all; may be repeated
  --api <scope>          may call the server API, such as publish or history; may be repeated
  --admin                may revoke tokens
  --sub <name>           the user
  --ttl <time>           how long it lasts, such as 30s, 15m, 8h or 7d; default: 1h
  --iss, --aud <name>    issuer and audience; default: AUTH_ISSUER and AUTH_AUDIENCE
  --help                 prints this text

For example: npm run token -- --sub ann --subscribe 'chat:*' --publish chat:room`;

const ALLOWS_NOTHING =
  'This token allows nothing: add --subscribe <pattern> or --publish <pattern>, for example ' +
  'npm run token -- --subscribe news --publish news';

const text = { type: 'string' };
const list = { type: 'string', multiple: true };
const OPTIONS = {
  sub: text,
  subscribe: list,
  publish: list,
  presence: list,
  end: list,
  cancel: list,
  relay: list,
  admin: { type: 'boolean' },
  api: list,
  ttl: { ...text, default: '1h' },
  iss: text,
  aud: text,
  help: { type: 'boolean' },
};

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 };

function fail(problem) {
  console.error(problem);
  process.exit(1);
}

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return fail(`${error.message.split('\n')[0]} Usage: ${USAGE}`);
  }
}

function readSecondsOf(ttl) {
  const [, count, unit] =
    /^([1-9]\d{0,8})([smhd])$/.exec(ttl) ?? fail(`--ttl must be a time such as 30s, 15m, 1h or 7d, not ${ttl}`);
  return Number(count) * SECONDS[unit];
}

/** What is set and not empty, in the environment first, then in the file that `docker compose` reads, too. */
function readSettings() {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return (name) => process.env[name] || file[name] || undefined;
}

requireNode();
const { help, ttl, sub, iss, aud, ...allowed } = readOptions();
if (help) {
  console.log(HELP);
  process.exit();
}
const lifetime = readSecondsOf(ttl);
const setting = readSettings();
const secret = setting('AUTH_SECRET')?.trim() || fail('AUTH_SECRET is not set, neither in the environment nor in .env');
if (Buffer.byteLength(secret) < SECRET_MIN_BYTES) fail(`AUTH_SECRET is shorter than ${SECRET_MIN_BYTES} bytes`);

installDependencies();
const { SignJWT } = await import('jose');
const now = Math.floor(Date.now() / 1000);
const token = await new SignJWT({
  sub,
  iss: iss ?? setting('AUTH_ISSUER'),
  aud: aud ?? setting('AUTH_AUDIENCE'),
  jti: randomUUID(),
  iat: now,
  exp: now + lifetime,
  tetracast: allowed,
})
  .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
  .sign(new TextEncoder().encode(secret));
console.log(token);
if (!Object.values(allowed).some(Boolean)) console.error(ALLOWS_NOTHING);
