/** What a server tells of itself. */
export interface ServerInfo {
  /** Another one at each start; empty if it is not told. */
  readonly runId: string;
  readonly replicationId: string;
  readonly isReplica: boolean;
  readonly wasReplica: boolean;
  readonly keepsFile: boolean;
  /** Whether it still reads its data from a file. */
  readonly isLoading: boolean;
}

/** Reads the answer to `INFO`; what Redis does not tell is taken as a server of which nothing is known. */
export function readServerInfo(info: string): ServerInfo {
  const field = (name: string): string => new RegExp(`^${name}:([^\\r\\n]*)`, 'm').exec(info)?.[1] ?? '';
  return {
    runId: field('run_id'),
    replicationId: field('master_replid'),
    isReplica: field('role') === 'slave',
    // A promoted replica remembers the history it followed; a server that always was the primary has none but its own.
    wasReplica: !/^0*$/.test(field('master_replid2')),
    keepsFile: field('aof_enabled') === '1',
    isLoading: field('loading') === '1',
  };
}
