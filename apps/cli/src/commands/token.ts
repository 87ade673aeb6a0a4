import type { Command } from 'commander';
import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { randomText } from '@tetracast/node-io/runtime';
import { type Io, paint, print } from '../io';
import { printable } from '../printable';

interface MintOptions {
  readonly sub?: string;
  readonly subscribe?: readonly string[];
  readonly publish?: readonly string[];
  readonly presence?: readonly string[];
  readonly end?: readonly string[];
  readonly cancel?: readonly string[];
  readonly relay?: readonly string[];
  readonly admin?: boolean;
  readonly ttl: string;
  readonly secret?: string;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export function addToken(program: Command, io: Io): void {
  const token = program.command('token').description('make tokens, and look into them');
  token
    .command('mint')
    .description('print a token, signed with AUTH_SECRET (HS256)')
    .option('--sub <name>', 'the user')
    .option('--subscribe <pattern...>', 'channels that it may subscribe to: chat:room, chat:*, *')
    .option('--publish <pattern...>', 'channels that it may publish to')
    .option('--presence <pattern...>', 'channels whose members it may see')
    .option('--end <pattern...>', 'channels that it may end')
    .option('--cancel <pattern...>', 'channels whose publishers it may ask to stop')
    .option('--relay <name...>', 'relays that it may use')
    .option('--admin', 'may revoke tokens')
    .option('--ttl <time>', 'how long it is valid: 30s, 15m, 1h, 7d', '1h')
    .option('--secret <secret>', 'instead of AUTH_SECRET of the environment')
    .action((options: MintOptions) => mint(options, io));
  token
    .command('inspect')
    .description('print what a token says, and whether AUTH_SECRET signed it')
    .argument('<token>', 'the token')
    .option('--secret <secret>', 'instead of AUTH_SECRET of the environment')
    .action((text: string, options: { secret?: string }) => inspect(text, options, io));
}

async function mint({ ttl, secret, sub, ...allowed }: MintOptions, io: Io): Promise<void> {
  const [, count, unit = ''] = /^([1-9]\d{0,8})([smhd])$/.exec(ttl) ?? [];
  if (count === undefined) throw new Error(`--ttl must be a time such as 30s, 15m, 1h or 7d, not ${ttl}`);
  const now = Math.floor(io.runtime.now() / 1000);
  const claims = { ...(sub === undefined ? {} : { sub }), tetracast: allowed };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setJti(randomText(io.runtime, 16))
    .setIssuedAt(now)
    .setExpirationTime(now + Number(count) * (SECONDS[unit] ?? 1))
    .sign(keyOf(secret, io));
  print(io, token);
}

async function inspect(text: string, { secret }: { secret?: string }, io: Io): Promise<void> {
  const claims = decode(text);
  print(io, JSON.stringify(claims, undefined, 2).split('\n').map(printable).join('\n'));
  const note = (style: 'green' | 'red' | 'yellow', line: string): void => print(io, paint(io, io.stdout, style, line));
  const { exp } = claims;
  const leftS = exp === undefined ? undefined : exp - Math.floor(io.runtime.now() / 1000);
  if (leftS === undefined) note('yellow', 'It never expires.');
  else if (leftS > 0) note('green', `It expires in ${leftS} s.`);
  else note('red', `It expired ${-leftS} s ago.`);
  if (claims['tetracast'] === undefined) note('red', 'It allows nothing: the claim "tetracast" is missing.');
  if (secret === undefined && !io.env['AUTH_SECRET']) return;
  const isSigned = await jwtVerify(text, keyOf(secret, io), { currentDate: new Date(0) }).then(
    () => true,
    () => false,
  );
  if (!isSigned) throw new Error('AUTH_SECRET did not sign it: the server refuses it');
  note('green', 'AUTH_SECRET signed it.');
}

function decode(text: string): ReturnType<typeof decodeJwt> {
  try {
    decodeProtectedHeader(text);
    return decodeJwt(text);
  } catch {
    throw new Error('this is not a token: it has three parts of base64url, with dots between them');
  }
}

function keyOf(secret: string | undefined, { env }: Io): Uint8Array {
  const text = secret ?? env['AUTH_SECRET']?.trim();
  if (!text) throw new Error('AUTH_SECRET is not set: set it, or use --secret');
  const key = new TextEncoder().encode(text);
  if (key.length < 32) throw new Error('AUTH_SECRET is shorter than 32 bytes');
  return key;
}
