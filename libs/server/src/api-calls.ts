// Written by `node tools/server-types.mjs --write` from the schemas in libs/message-model/src/api.

import type { ApiTypes } from './api-types';

/** Where each call of the server API is; `{name}` is a parameter. */
export const API_CALLS = {
  publish: { method: 'POST', path: '/api/publish' },
  batch: { method: 'POST', path: '/api/batch' },
  listChannels: { method: 'GET', path: '/api/channels' },
  getHistory: { method: 'GET', path: '/api/channels/{channel}/messages' },
  deleteHistory: { method: 'DELETE', path: '/api/channels/{channel}' },
  deleteMessage: { method: 'DELETE', path: '/api/channels/{channel}/messages/{id}' },
  deleteUserMessages: { method: 'DELETE', path: '/api/users/{user}/messages' },
  listConnections: { method: 'GET', path: '/api/connections' },
  getConnection: { method: 'GET', path: '/api/connections/{id}' },
  closeConnection: { method: 'DELETE', path: '/api/connections/{id}' },
  disconnectUser: { method: 'POST', path: '/api/users/{user}/disconnect' },
  subscribeUser: { method: 'POST', path: '/api/users/{user}/subscribe' },
  unsubscribeUser: { method: 'POST', path: '/api/users/{user}/unsubscribe' },
  getStats: { method: 'GET', path: '/api/stats' },
  revoke: { method: 'POST', path: '/api/revocations' },
} as const satisfies Record<keyof ApiTypes, { readonly method: string; readonly path: string }>;
