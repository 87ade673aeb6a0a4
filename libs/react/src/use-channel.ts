import type { Message, Reset, StandardSchema, TetracastError } from '@tetracast/client';
import { useEffect, useRef, useState } from 'react';
import { useClient } from './provider';

export interface UseChannelOptions<T> {
  /** Where to begin, as in `subscribe`; read when the subscription begins. */
  readonly after?: string;
  readonly rewind?: number;
  readonly schema?: StandardSchema<T>;
  /** How many of the newest messages to keep. Default 100. */
  readonly limit?: number;
  /** Called for each message. */
  readonly onMessage?: (message: Message<T>) => void;
}

export interface ChannelState<T> {
  /** The newest messages, the oldest first. */
  readonly messages: readonly Message<T>[];
  /** The last notice that messages may be missing: load the state again. */
  readonly reset?: Reset;
  /** What ended the subscription, or the last message that does not match the schema. */
  readonly error?: TetracastError;
}

/** Subscribes to a channel while the component is shown; `undefined`: to none. All hooks of a client share its connection. */
export function useChannel<T = unknown>(
  channel: string | undefined,
  options: UseChannelOptions<T> = {},
): ChannelState<T> {
  const client = useClient();
  const [state, setState] = useState<ChannelState<T>>({ messages: [] });
  // The newest options count, and a change of them begins no new subscription.
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    setState({ messages: [] });
    if (channel === undefined) return undefined;
    const { after, rewind, schema } = latest.current;
    return client.subscribe<T>(channel, {
      after,
      rewind,
      schema,
      onMessage: (message) => {
        const { limit = 100, onMessage } = latest.current;
        setState((before) => ({ ...before, messages: [...before.messages, message].slice(-limit) }));
        onMessage?.(message);
      },
      onReset: (reset) => setState((before) => ({ ...before, reset })),
      onError: (error) => setState((before) => ({ ...before, error })),
    });
  }, [client, channel]);
  return state;
}
