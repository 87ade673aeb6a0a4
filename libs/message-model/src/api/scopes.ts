/** What an API key, or the claim `tetracast.api` of a token, may allow: the groups of calls of the server API. */
export const API_SCOPES = [
  'publish',
  'history',
  'delete',
  'channels',
  'connections',
  'disconnect',
  'subscribe',
  'revoke',
  'stats',
] as const;

export type ApiScope = (typeof API_SCOPES)[number];

export function isApiScope(value: unknown): value is ApiScope {
  return API_SCOPES.includes(value as ApiScope);
}
