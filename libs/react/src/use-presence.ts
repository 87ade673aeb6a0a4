import type { TetracastError } from '@tetracast/client';
import { type Members, presence } from '@tetracast/client/presence';
import { useEffect, useState } from 'react';
import { useClient } from './provider';

export interface UsePresenceOptions {
  /** Gets the members without being one. Default `false`. */
  readonly observe?: boolean;
}

export interface PresenceState<Info> {
  /** Empty until the server has answered. */
  readonly members: Members<Info>;
  /** What ended it, or what failed and is tried again. */
  readonly error?: TetracastError;
}

const NOBODY: PresenceState<never> = { members: [] };

/** The members of a channel while the component is shown, which makes the client one of them; `undefined`: of none. */
export function usePresence<Info = unknown>(
  channel: string | undefined,
  { observe = false }: UsePresenceOptions = {},
): PresenceState<Info> {
  const client = useClient();
  const [state, setState] = useState<PresenceState<Info>>(NOBODY);
  useEffect(() => {
    setState(NOBODY);
    if (channel === undefined) return undefined;
    return presence<Info>(client, channel, {
      observe,
      onMembers: (members) => setState({ members }),
      onError: (error) => setState((before) => ({ ...before, error })),
    });
  }, [client, channel, observe]);
  return state;
}
