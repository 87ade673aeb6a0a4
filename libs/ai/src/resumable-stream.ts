import { type Client, createClient, TetracastError } from '@tetracast/client';
import { produce, read } from '@tetracast/client/stream';
import { firstMessage, lastMessage } from './stored-messages';
import { storeStream } from './store-stream';

/** Those of the package `resumable-stream`; `publisher`, `subscriber` and `doneWatchdogIntervalMs` are of no use here. */
export interface CreateResumableStreamContextOptions {
  /** Default: a client of `TETRACAST_URL` with the token `TETRACAST_TOKEN`, both of the environment. */
  readonly client?: Client | undefined;
  /** The namespace of the channels. Default `resumable-stream`. */
  readonly keyPrefix?: string | undefined;
  /** Gets a promise that resolves once a stream that this program writes is stored. */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | null | undefined;
  readonly publisher?: unknown;
  readonly subscriber?: unknown;
  readonly doneWatchdogIntervalMs?: number | undefined;
}

type MakeStream = () => ReadableStream<string>;

export interface ResumableStreamContext {
  /**
   * Creates a stream, or resumes the one with this id. `null`: that has ended.
   * @param makeStream called if there is none
   * @param skipCharacters of a resumed stream, in UTF-16 code units
   */
  resumableStream(
    streamId: string,
    makeStream: MakeStream,
    skipCharacters?: number,
  ): Promise<ReadableStream<string> | null>;
  /** Resumes a stream. `undefined`: there is none with this id; `null`: it has ended. */
  resumeExistingStream(streamId: string, skipCharacters?: number): Promise<ReadableStream<string> | null | undefined>;
  /** Creates a stream. If there is one with this id already, `resumableStream`. */
  createNewResumableStream(
    streamId: string,
    makeStream: MakeStream,
    skipCharacters?: number,
  ): Promise<ReadableStream<string> | null>;
  /** `null`: there is no such stream; `DONE`: it has ended. */
  hasExistingStream(streamId: string): Promise<null | true | 'DONE'>;
  /** The channel of a stream: what a response names as `Tetracast-Channel`. */
  channelOf(streamId: string): string;
}

/** Who stores the first of these on a channel writes the stream. */
const START_EVENT = 'resumable-stream:start';

function clientOfEnvironment(): Client {
  const { process } = globalThis as {
    readonly process?: { readonly env: Readonly<Record<string, string | undefined>> };
  };
  const { TETRACAST_URL: url, TETRACAST_TOKEN: token } = process?.env ?? {};
  if (url === undefined)
    throw new Error('no client: set TETRACAST_URL, or give createResumableStreamContext a "client"');
  return createClient({ url, token });
}

/** The interface of the package `resumable-stream`, over the message log: what a stream has written outlives its process. */
export function createResumableStreamContext({
  client = clientOfEnvironment(),
  keyPrefix = 'resumable-stream',
  waitUntil,
}: CreateResumableStreamContextOptions = {}): ResumableStreamContext {
  // A channel has no other characters in its name.
  const channelOf = (streamId: string): string =>
    `${keyPrefix}:${streamId.replace(/[^\w.-]/g, (character) => `~${character.charCodeAt(0).toString(16)}~`)}`;

  const hasExistingStream = async (streamId: string): Promise<null | true | 'DONE'> => {
    const last = await lastMessage(client, channelOf(streamId));
    if (last === undefined) return null;
    return last.event === 'tetracast:end' ? 'DONE' : true;
  };
  /** The cursor from which this program writes the stream, if it is the first of all that try; `null`: the stream has ended. */
  const begin = async (channel: string): Promise<string | undefined | null> => {
    try {
      const { id } = await client.publish(channel, null, { event: START_EVENT });
      return (await firstMessage(client, channel))?.id === id ? id : undefined;
    } catch (error) {
      if (error instanceof TetracastError && error.code === 'channel_ended') return null;
      throw error;
    }
  };
  const resumableStream = async (
    streamId: string,
    makeStream: MakeStream,
    skipCharacters?: number,
  ): Promise<ReadableStream<string> | null> => {
    const channel = channelOf(streamId);
    const after = await begin(channel);
    if (after === null) return null;
    if (after === undefined) return resume(client, channel, skipCharacters);
    return new ReadableStream<string>({
      start: (controller) => {
        const stored = storeStream(produce(client, channel, { after }), makeStream(), controller);
        // The reader gets the text even if it cannot be stored.
        stored.catch(() => undefined);
        waitUntil?.(stored);
      },
    });
  };
  return {
    channelOf,
    hasExistingStream,
    resumableStream,
    createNewResumableStream: (streamId, makeStream) => resumableStream(streamId, makeStream),
    resumeExistingStream: async (streamId, skipCharacters) => {
      const state = await hasExistingStream(streamId);
      if (state === true) return resume(client, channelOf(streamId), skipCharacters);
      return state === null ? undefined : null;
    },
  };
}

/** The text of a channel, without its first `skip` characters. */
function resume(client: Client, channel: string, skip = 0): ReadableStream<string> {
  const reading = new AbortController();
  const texts = read(client, channel, { signal: reading.signal });
  let toSkip = skip;
  return new ReadableStream<string>({
    pull: async (controller) => {
      for (;;) {
        const { done, value } = await texts.next();
        if (done) {
          if (!reading.signal.aborted) controller.close();
          return;
        }
        const text = value.slice(toSkip);
        toSkip = Math.max(0, toSkip - value.length);
        if (text === '') continue;
        controller.enqueue(text);
        return;
      }
    },
    cancel: async () => {
      reading.abort();
      await texts.return();
    },
  });
}
