import { createHash } from 'node:crypto';

const PID =
  /^([A-Za-z0-9_-]{8,64})\.([A-Za-z0-9_-]{22})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{11})(?:\.([A-Za-z0-9_-]{8,64}))?$/;

/**
 * The parts of a private id: `<socket id>.<secret>.<created>.<tag>[.<client key>]`. The time of creation is in seconds since 1970, in
 * base 36. The client key is left out if it is the socket id.
 */
export interface PrivateId {
  readonly socketId: string;
  readonly secret: string;
  readonly createdS: number;
  readonly tag: string;
  readonly client: string;
}

/** Whether a private id has the form that this server creates. Any client can make up one. */
export function isPid(pid: unknown): boolean {
  return typeof pid === 'string' && PID.test(pid);
}

export function parsePid(pid: unknown): PrivateId | undefined {
  const match = typeof pid === 'string' ? PID.exec(pid) : null;
  if (match === null) return undefined;
  const [, socketId = '', secret = '', created = '', tag = '', client = socketId] = match;
  return { socketId, secret, createdS: Number.parseInt(created, 36), tag, client };
}

export function formatPid({ socketId, secret, createdS, tag, client }: PrivateId): string {
  const parts = [socketId, secret, createdS.toString(36), tag];
  return (client === socketId ? parts : [...parts, client]).join('.');
}

/** Shows whether a session belongs to a user. A client with the private id can make up a tag: the stored user then refuses it. */
export function tagOf(secret: string, namespace: string, user: string | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([secret, namespace, user]))
    .digest('base64url')
    .slice(0, 11);
}
