import { Type } from '@sinclair/typebox';
import type { ApiCall } from './call';
import {
  ChannelParamsSchema,
  ChannelsQuerySchema,
  ChannelsSchema,
  DeletedSchema,
  HistoryQuerySchema,
  HistorySchema,
  MessageParamsSchema,
} from './history';
import { ApiPublishSchema, BatchSchema, PublishedSchema, ResultsSchema } from './publish';
import { RevocationSchema, UserParamsSchema } from './users';

/** Every call of the server API, by its name (`operationId`). */
export const API_CALLS = {
  publish: {
    method: 'POST',
    path: '/api/publish',
    scope: 'publish',
    summary: 'Publish one message on one channel or on several',
    body: ApiPublishSchema,
    answers: { 200: Type.Union([PublishedSchema, ResultsSchema]), 201: PublishedSchema },
  },
  batch: {
    method: 'POST',
    path: '/api/batch',
    scope: 'publish',
    summary: 'Publish up to 1000 messages in their order',
    body: BatchSchema,
    answers: { 200: ResultsSchema },
  },
  listChannels: {
    method: 'GET',
    path: '/api/channels',
    scope: 'channels',
    summary: 'List the channels that have messages, or had some',
    query: ChannelsQuerySchema,
    answers: { 200: ChannelsSchema },
  },
  getHistory: {
    method: 'GET',
    path: '/api/channels/{channel}/messages',
    scope: 'history',
    summary: 'Read the stored messages of a channel, in pages',
    params: ChannelParamsSchema,
    query: HistoryQuerySchema,
    answers: { 200: HistorySchema },
  },
  deleteHistory: {
    method: 'DELETE',
    path: '/api/channels/{channel}',
    scope: 'delete',
    summary: 'Delete all messages of a channel',
    params: ChannelParamsSchema,
    answers: { 200: DeletedSchema },
  },
  deleteMessage: {
    method: 'DELETE',
    path: '/api/channels/{channel}/messages/{id}',
    scope: 'delete',
    summary: 'Delete one message',
    params: MessageParamsSchema,
    answers: { 200: DeletedSchema },
  },
  deleteUserMessages: {
    method: 'DELETE',
    path: '/api/users/{user}/messages',
    scope: 'delete',
    summary: 'Delete all messages of a user',
    params: UserParamsSchema,
    answers: { 200: DeletedSchema },
  },
  revoke: {
    method: 'POST',
    path: '/api/revocations',
    scope: 'revoke',
    summary: 'Revoke tokens',
    body: RevocationSchema,
    answers: { 201: RevocationSchema },
  },
} as const satisfies Record<string, ApiCall>;

export type ApiCallName = keyof typeof API_CALLS;
