import type { Status } from '@tetracast/client';
import { useSyncExternalStore } from 'react';
import { useClient } from './provider';

const ON_SERVER: Status = { state: 'idle' };

/** The status of the connection. On a server, where nothing connects, it is `idle`. */
export function useStatus(): Status {
  const client = useClient();
  return useSyncExternalStore(
    client.onStatus,
    () => client.status,
    () => ON_SERVER,
  );
}
