import type { Client } from '@tetracast/client';
import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react';

const ClientContext = createContext<Client | undefined>(undefined);

interface ProviderProps {
  /** Created outside of components: it lives as long as the page. */
  readonly client: Client;
  readonly children?: ReactNode;
}

/** Gives a client to the hooks below it. */
export function TetracastProvider({ client, children }: ProviderProps): ReactElement {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** The client of the provider above. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error('there is no client here: put a <TetracastProvider client={…}> around');
  return client;
}
