import { Parser } from '@asyncapi/parser';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Value } from '@sinclair/typebox/value';
import {
  API_CALLS,
  type ApiCall,
  type ApiCallName,
  CANCEL_EVENT,
  DELETED_EVENT,
  DeletionSchema,
  END_EVENT,
  JOIN_EVENT,
  LEAVE_EVENT,
  MemberSchema,
  RELAY_EVENT,
} from '@tetracast/message-model';
import { publish } from '@tetracast/service-kit/testing';
import { connect } from './connect';
import { bodiesOf, calls, pathOf } from './requests';
import { type Answer, type Api, startApi } from './start-api';

interface Operation {
  readonly operationId: ApiCallName;
  readonly requestBody?: {
    content: { 'application/json': { examples?: Record<string, { value: unknown }>; example?: unknown } };
  };
  readonly responses: Record<string, unknown>;
}

interface AsyncPayload {
  readonly properties?: Record<string, unknown>;
  readonly items?: readonly unknown[];
}

interface AsyncApi {
  readonly channels: Record<string, { messages: Record<string, { name: string; payload: AsyncPayload }> }>;
}

/** Severities of diagnostics that make a document invalid. */
const ERRORS: ReadonlySet<number> = new Set([0]);

let api: Api;
let openApi: { openapi: string; paths: Record<string, Record<string, Operation>> };

beforeAll(async () => {
  api = await startApi();
  openApi = (await api.call('GET', '/api/openapi.json', undefined, {})).json as typeof openApi;
});

afterAll(() => api[Symbol.asyncDispose]());

describe('/api/openapi.json', () => {
  it('is OpenAPI 3.1 without a problem', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const source = JSON.stringify(openApi);
    const problems = await lintFromString({ source, config, absoluteRef: 'openapi.json' });

    const found = problems.map(({ ruleId, message, location: [at] }) => `${ruleId} ${at?.pointer}: ${message}`);
    expect(found).toEqual([]);
    expect(openApi.openapi).toBe('3.1.0');
  });

  it('has every call, and nothing else', () => {
    const documented = Object.entries(openApi.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { operationId }]) => [operationId, method.toUpperCase(), path]),
    );
    expect(documented.sort()).toEqual(calls.map(([name, { method, path }]) => [name, method, path]).sort());
  });

  const operationOf = ({ path, method }: ApiCall): Partial<Operation> =>
    openApi.paths[path]?.[method.toLowerCase()] ?? {};

  it.each(calls)('has examples of %s that the server takes, and its answers', async (name, call) => {
    const [message = ''] = await publish(api, 'news', ['to be deleted']);
    const { connection } = await connect(api, 'ann');
    const id = call.path.includes('/connections/') ? connection.id : message;
    const { requestBody, responses = {} } = operationOf(call);
    const media = requestBody?.content['application/json'];
    const documented = media?.examples ? Object.values(media.examples).map(({ value }) => value) : [media?.example];

    expect(documented).toEqual(bodiesOf(call));
    for (const body of documented) {
      const answer = await api.call(call.method, pathOf(call, { channel: 'news', user: 'ann', id }), body);
      expectDocumented(name, call, answer);
      expect(Object.keys(responses)).toContain(String(answer.status));
    }
  });
});

function expectDocumented(name: ApiCallName, { answers }: ApiCall, { status, json }: Answer): void {
  const schema = answers[status];
  expect({ name, status, json, fits: schema !== undefined && Value.Check(schema, json) }).toMatchObject({ fits: true });
}

describe('/api/asyncapi.json', () => {
  it('is AsyncAPI 3 without an error, with all transports that push', async () => {
    const text = (await api.call('GET', '/api/asyncapi.json', undefined, {})).text;
    const { document, diagnostics } = await new Parser().parse(text);

    expect(diagnostics.filter(({ severity }) => ERRORS.has(severity))).toEqual([]);
    expect(document?.version()).toBe('3.0.0');
    expect(
      document
        ?.channels()
        .all()
        .map((channel) => channel.address()),
    ).toEqual(['/sse', '/ws', '/socket.io/']);
    expect(document?.operations().all()).toHaveLength(6);
  });

  it.each(['sse', 'websocket', 'socketio'])('has the messages that the server makes, on %s', async (transport) => {
    const { json } = await api.call('GET', '/api/asyncapi.json', undefined, {});
    const { messages = {} } = (json as AsyncApi).channels[transport] ?? {};
    const own = ['join', 'leave', 'end', 'cancel', 'deleted', 'relay'].map((event) => messages[`server_${event}`]);
    const dataOf = ({ properties, items }: AsyncPayload): unknown => properties?.['data'] ?? items?.[0];

    expect(own.map((message) => message?.name)).toEqual([
      ...[JOIN_EVENT, LEAVE_EVENT, END_EVENT, CANCEL_EVENT, DELETED_EVENT, RELAY_EVENT],
    ]);
    expect(dataOf(own[0]?.payload ?? {})).toEqual(JSON.parse(JSON.stringify(MemberSchema)));
    expect(dataOf(own[4]?.payload ?? {})).toEqual(JSON.parse(JSON.stringify(DeletionSchema)));
  });

  it('has the end and the cancel of a client', async () => {
    const { json } = await api.call('GET', '/api/asyncapi.json', undefined, {});
    const namesOf = (transport: string): unknown[] =>
      Object.entries((json as AsyncApi).channels[transport]?.messages ?? {})
        .filter(([key]) => key.startsWith('client_'))
        .map(([, { name }]) => name);
    expect(namesOf('websocket')).toEqual(expect.arrayContaining(['publish', 'cancel']));
    expect(namesOf('socketio')).toEqual(expect.arrayContaining(['publish', END_EVENT, CANCEL_EVENT]));
  });
});

describe('/api/docs', () => {
  it('is a page with files of this server alone, and nothing inline', async () => {
    const { status, headers, text } = await api.call('GET', '/api/docs', undefined, {});
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|\*/);
    expect(text).not.toMatch(/<style|<script>| style=| on\w+=/);

    const files = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect((await api.call('GET', file, undefined, {})).status).toBe(200);
  });
});

it('names each call once', () => {
  expect(new Set(calls.map(([, { method, path }]) => `${method} ${path}`)).size).toBe(Object.keys(API_CALLS).length);
});

it.each(['sse', 'socketio'])('AsyncAPI has all notices on %s', async (transport) => {
  const { json } = await api.call('GET', '/api/asyncapi.json', undefined, {});
  const { channels } = json as { channels: Record<string, { messages: Record<string, { name: string }> }> };
  const names = Object.values(channels[transport]?.messages ?? {}).map(({ name }) => name);
  const notices = ['token_expiring', 'authenticated', 'subscribed', 'unsubscribed'];
  expect(names).toEqual(expect.arrayContaining(notices.map((type) => `tetracast:${type}`)));
});
