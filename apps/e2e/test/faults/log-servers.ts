/** Redis as the services find it. */
export interface LogServers extends AsyncDisposable {
  /** The services' BUS_URL. */
  readonly busUrl: string;
  /** Resolves when it runs, whatever a case that failed has left. */
  heal(): Promise<void>;
}
