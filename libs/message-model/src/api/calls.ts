import { Type } from '@sinclair/typebox';
import type { ApiCall } from './call';
import { ApiPublishSchema, BatchSchema, PublishedSchema, ResultsSchema } from './publish';

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
} as const satisfies Record<string, ApiCall>;

export type ApiCallName = keyof typeof API_CALLS;
