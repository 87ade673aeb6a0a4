import type { Client, Message } from '@tetracast/client';

async function poll(
  client: Client,
  channel: string,
  start: { after: string } | { rewind: number },
): Promise<Message[]> {
  const response = await client.request('/polling', { channel, ...start, limit: 1 });
  return ((await response.json()) as { readonly messages: Message[] }).messages;
}

/** The oldest message that is stored of a channel. @throws TetracastError what the server says, `network` */
export async function firstMessage(client: Client, channel: string): Promise<Message | undefined> {
  return (await poll(client, channel, { after: 'earliest' }))[0];
}

/** The newest message that is stored of a channel. @throws TetracastError what the server says, `network` */
export async function lastMessage(client: Client, channel: string): Promise<Message | undefined> {
  return (await poll(client, channel, { rewind: 1 }))[0];
}
