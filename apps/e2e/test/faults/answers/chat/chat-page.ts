import { useChat } from '@ai-sdk/react';
import { createChatTransport } from '@tetracast/ai/ai-sdk';
import { createClient, TetracastError } from '@tetracast/client';
import type { UIMessage } from 'ai';
import { createElement, type FunctionComponent, useCallback, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import type { ChatReport, ChatScene } from './chat-view';

declare global {
  interface Window {
    scene: ChatScene;
    report: (report: ChatReport) => Promise<void>;
  }
}

const RETRY_MS = 100;

const { scene, report } = window;
const { id, key, token, fake, transports } = scene;
const client = createClient({ url: location.origin, token, transports });
const transport = createChatTransport({
  client,
  api: '/relay/chat',
  headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
  body: { fake },
});

const textOf = (message: UIMessage | undefined): string =>
  (message?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');

/** That of the relay, if the answer says why it failed. */
const codeOf = ({ code, cause }: TetracastError): string =>
  code === 'stream_failed' ? ((cause as { readonly code?: string } | undefined)?.code ?? code) : code;

/** A chat of one question. It asks again, with the same key, until it is answered. */
const Chat: FunctionComponent = () => {
  const isOver = useRef(false);
  const { messages, sendMessage, resumeStream, setMessages, error } = useChat({
    id,
    transport,
    onFinish: ({ isError, finishReason, message }) => {
      if (isError) return;
      isOver.current = true;
      void report({ text: textOf(message), end: finishReason === undefined ? 'short' : 'done' });
    },
  });
  const begin = useCallback(async () => {
    setMessages([]);
    if (localStorage.getItem(`tetracast:answer:${id}`) !== null) await resumeStream();
    // The answer may be forgotten by now.
    if (!isOver.current) await sendMessage({ text: 'Tell me.' });
  }, [setMessages, resumeStream, sendMessage]);
  useEffect(() => void begin(), [begin]);
  const text = textOf(messages.findLast(({ role }) => role === 'assistant'));
  useEffect(() => {
    void report({ text });
  }, [text]);
  useEffect(() => {
    if (error === undefined) return;
    if (error instanceof TetracastError) {
      isOver.current = true;
      void report({ text, end: 'failed', code: codeOf(error) });
    } else setTimeout(() => void begin(), RETRY_MS);
  }, [error, begin, text]);
  return createElement('p', null, text);
};

createRoot(document.body).render(createElement(Chat));
