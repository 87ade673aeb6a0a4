import {
  type ChatTransport,
  DefaultChatTransport,
  type HttpChatTransportInitOptions,
  type UIMessage,
  type UIMessageChunk,
} from 'ai';
import { type AnswersOptions, createAnswers } from './answer-store';

/** Those of `DefaultChatTransport`, and the client. */
export type ChatTransportOptions<Message extends UIMessage = UIMessage> = Omit<
  HttpChatTransportInitOptions<Message>,
  'fetch' | 'prepareReconnectToStreamRequest'
> &
  AnswersOptions;

/**
 * A transport for `useChat` whose answers come from a channel: an answer goes on after a lost connection, and `resume` continues it after
 * a reload, in another tab, and wherever the store knows it. `stop` stops it for all. The `api` is a relay whose upstream speaks the
 * AI SDK's UI message stream protocol, or a route that names in `Tetracast-Channel` the channel to which it writes that stream.
 */
export function createChatTransport<Message extends UIMessage = UIMessage>({
  client,
  store,
  fetch,
  ...options
}: ChatTransportOptions<Message>): ChatTransport<Message> {
  const answers = createAnswers({ client, store, fetch });
  /** `useChat` reads no more after an error, so that the answer does not come to its end. */
  const forgetFailed = (stream: ReadableStream<UIMessageChunk>, chatId: string): ReadableStream<UIMessageChunk> =>
    stream.pipeThrough(
      new TransformStream<UIMessageChunk, UIMessageChunk>({
        transform: async (chunk, controller) => {
          if (chunk.type === 'error') await answers.forget(chatId);
          controller.enqueue(chunk);
        },
      }),
    );
  let latest: { readonly chatId: string } | undefined;

  return {
    resumeStreamIsReplay: true,
    sendMessages: async (request) => {
      const { chatId } = request;
      const transport = new DefaultChatTransport<Message>({ ...options, fetch: answers.fetchFor(chatId) });
      return forgetFailed(await transport.sendMessages(request), chatId);
    },
    reconnectToStream: async ({ chatId, abortSignal }) => {
      latest = { chatId };
      const stopping = new AbortController();
      abortSignal?.addEventListener('abort', () => {
        const before = latest;
        // `useChat` also aborts it when it reconnects again, as it does under StrictMode: that is not a stop.
        queueMicrotask(() => {
          if (latest === before || latest?.chatId !== chatId) stopping.abort(abortSignal.reason);
        });
      });
      const response = await answers.resume(chatId, stopping.signal);
      if (response === undefined) return null;
      const transport = new DefaultChatTransport<Message>({ fetch: async () => response });
      const stream = await transport.reconnectToStream({ chatId: 'any' });
      return stream && forgetFailed(stream, chatId);
    },
  };
}
