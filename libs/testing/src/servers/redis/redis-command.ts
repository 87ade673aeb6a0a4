import Redis from 'ioredis';

export type RedisReply = string | number | null | readonly RedisReply[];

const DISCONNECT_TIMEOUT_MS = 500;

/** One command to a server on 127.0.0.1 over a separate connection; rejects with its error, or when it is unreachable. */
export async function callRedis(
  port: number,
  name: string,
  args: readonly (string | number)[],
  password?: string,
): Promise<RedisReply> {
  const client = new Redis({
    port,
    host: '127.0.0.1',
    ...(password === undefined ? {} : { password }),
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    // ioredis keeps a timer of this length even if the server was unreachable; Jest waits a second for it.
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // the command rejects with it
  try {
    await client.connect();
    return (await client.call(name, ...args.map(String))) as RedisReply;
  } finally {
    client.disconnect();
  }
}
