import type { OpenOptions } from './transport-driver';

/** The start of a subscription as a query: `channel` repeats. */
export function startQuery({ channels, after, rewind, client, presence }: OpenOptions): URLSearchParams {
  const query = new URLSearchParams();
  for (const channel of channels) query.append('channel', channel);
  if (after !== undefined) query.set('after', after);
  else if (rewind !== undefined) query.set('rewind', String(rewind));
  if (client !== undefined) query.set('client', client);
  if (presence !== undefined) query.set('presence', presence);
  return query;
}
