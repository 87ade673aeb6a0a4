import { type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

import { readText, ROOT } from './workspace-files';

interface Message {
  id: string;
  event: string;
  data: unknown;
}

type Parsed = { ok: true } | { ok: false; code: string; message: string; ref?: unknown };

interface MessageModel {
  MessageSchema: TSchema;
  ResetSchema: TSchema;
  MembersSchema: TSchema;
  PublicationSchema: TSchema;
  SERVER_FRAMES: Record<string, TSchema>;
  isChannel(value: unknown): boolean;
  isClientKey(value: unknown): boolean;
  isErrorCode(value: unknown): boolean;
  decodeCursor(cursor: string): { epoch: string } | undefined;
  encodeMessage(message: object): string;
  createProblem(code: string, detail: string): object;
  parseClientFrame(text: string): Parsed;
}

// By path: `tools` is above no layer, and reads the sources as it reads the documents.
const model = jest.requireActual<MessageModel>(join(ROOT, 'libs/message-model/src/index.ts'));
const { nodeRuntime } = jest.requireActual<{ nodeRuntime: unknown }>(join(ROOT, 'libs/node-io/src/runtime.ts'));

type CreateSource = (runtime: unknown) => () => string;
const { createEpochSource } = jest.requireActual<{ createEpochSource: CreateSource }>(
  join(ROOT, 'libs/bus/src/epoch.ts'),
);
const { createIdSource } = jest.requireActual<{ createIdSource: CreateSource }>(
  join(ROOT, 'libs/hub/src/connection/create-id.ts'),
);
const createEpoch = createEpochSource(nodeRuntime);
const createId = createIdSource(nodeRuntime);
const { readClaims } = jest.requireActual<{ readClaims: (payload: unknown) => unknown }>(
  join(ROOT, 'libs/access/src/claims.ts'),
);

const text = readText('docs/protocol.md');
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block);

const exactly = (properties: Record<string, TSchema>): TSchema =>
  Type.Object(properties, { additionalProperties: false });

/** What a JSON example may be. A document with a member that the schema does not know shows something that is not sent. */
const KINDS: Record<string, (value: Record<string, unknown>) => boolean> = {
  message: (value) => conforms(model.MessageSchema, value),
  reset: (value) => conforms(model.ResetSchema, value),
  members: (value) => conforms(model.MembersSchema, value),
  'answer to a publication': (value) => Value.Check(exactly({ id: Type.String(), channel: Type.String() }), value),
  claims: (value) => 'tetracast' in value && readClaims(value) !== undefined,
  ticket: ({ ticket, channels, user }) =>
    typeof ticket === 'string' && /^[\w-]{43}$/.test(ticket) && Array.isArray(channels) && typeof user === 'string',
  poll: ({ messages, cursor, ...rest }) =>
    Array.isArray(messages) &&
    messages.every((message) => conforms(model.MessageSchema, message)) &&
    cursor === (messages.at(-1) as Message).id &&
    Object.keys(rest).every((name) => name === 'reset'),
  problem: (value) =>
    typeof value['code'] === 'string' &&
    model.isErrorCode(value['code']) &&
    JSON.stringify(value) === JSON.stringify(model.createProblem(value['code'], String(value['detail']))),
};

function conforms(schema: TSchema, value: unknown): boolean {
  const { properties } = schema as { properties?: Record<string, unknown> };
  return Value.Check(schema, value) && Object.keys(value as object).every((name) => name in (properties ?? {}));
}

/** Every value in `value` that stands under `name`, at any depth outside of `data`. */
function* valuesOf(name: string, value: unknown): Generator {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === name) yield member;
    if (key !== 'data') yield* valuesOf(name, member);
  }
}

const json = blocks('json').map((block) => JSON.parse(block) as Record<string, unknown>);
const frames = blocks('text')
  .flatMap((block) => block.split('\n'))
  .filter((line) => /^[<>] \{/.test(line))
  .map((line) => ({ from: line.charAt(0), line: line.slice(2) }));
const sent = frames.map(({ line }) => JSON.parse(line) as Record<string, unknown>);
const everything = [...json, ...sent];

describe('the examples of docs/protocol.md', () => {
  it.each(json.map((value) => [JSON.stringify(value), value] as const))('%s is one thing that is sent', (_, value) => {
    expect(Object.keys(KINDS).filter((kind) => KINDS[kind]?.(value))).toHaveLength(1);
  });

  it('show each kind of JSON', () => {
    const missing = Object.keys(KINDS).filter((kind) => !json.some((value) => KINDS[kind]?.(value)));
    expect(missing).toEqual([]);
  });

  it('have ids, cursors and names as the server makes them', () => {
    const shape = (id: string): string => id.replace(/[\w-]/g, '·');
    const cursors = ['id', 'cursor'].flatMap((name) => everything.flatMap((value) => [...valuesOf(name, value)]));
    const epochs = cursors.map((cursor) => model.decodeCursor(String(cursor))?.epoch);
    expect(epochs.filter((epoch) => shape(epoch ?? '') !== shape(createEpoch()))).toEqual([]);

    const ids = everything.flatMap((value) => [...valuesOf('connection', value)]).map(String);
    expect(ids.filter((id) => shape(id) !== shape(createId()))).toEqual([]);
    const keys = everything.flatMap((value) => [...valuesOf('client', value)]);
    expect(keys.filter((key) => !model.isClientKey(key))).toEqual([]);
    const channels = json.flatMap((value) => [
      ...valuesOf('channel', value),
      ...[...valuesOf('channels', value)].flat(),
    ]);
    expect(channels.filter((channel) => !model.isChannel(channel))).toEqual([]);

    expect([cursors.length > 5, ids.length > 0, keys.length > 3, channels.length > 5]).not.toContain(false);
  });

  it('show frames of the server by its schemas, each answering the frame of the client before it', () => {
    const wrong = frames.filter(({ from, line }, index) => {
      const frame = sent[index] ?? {};
      if (from === '<') return !conforms(model.SERVER_FRAMES[String(frame['type'])] ?? Type.Never(), frame);
      const parsed = model.parseClientFrame(line);
      const answer = sent[index + 1] ?? {};
      if (parsed.ok) return answer['type'] !== 'ack' || answer['ref'] !== frame['ref'];
      const { code, message, ref } = parsed;
      return JSON.stringify(answer) !== JSON.stringify({ type: 'error', ref, code, message });
    });
    expect(frames.length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });

  it('show an event stream as it is written', () => {
    const stream = blocks('text').find((block) => block.startsWith('retry: ')) ?? '';
    const events = stream.split('\n\n').filter((block) => block.includes('data: '));
    expect(events.length).toBeGreaterThan(1);
    for (const block of events) {
      const data = /^data: (.*)$/m.exec(block)?.[1] ?? '';
      const message = JSON.parse(data) as Message;
      expect(data).toBe(model.encodeMessage({ ...message, data: JSON.stringify(message.data) }));
      const event = message.event === 'message' ? '' : `event: ${message.event}\n`;
      expect(block).toBe(`id: ${message.id}\n${event}data: ${data}`);
    }
  });

  it('publish and subscribe by what the server accepts', () => {
    const bodies = [...text.matchAll(/-d '(\{"channel".*?\})'/g)].map(([, body = '']) => body);
    const inline = [...text.matchAll(/`(\{"type".*?\})`/g)].map(([, frame = '']) => frame);
    const emitted = [...text.matchAll(/emitWithAck\('(\w+)', (\{.*\})\)/g)].map(([, type = '', argument = '']) =>
      JSON.stringify({ type, ...(runInNewContext(`(${argument})`) as object) }),
    );
    expect([bodies.length, inline.length, emitted.length]).toEqual([1, 1, 3]);
    expect(bodies.filter((body) => !conforms(model.PublicationSchema, JSON.parse(body)))).toEqual([]);
    expect([...inline, ...emitted].filter((frame) => !model.parseClientFrame(frame).ok)).toEqual([]);
  });
});
