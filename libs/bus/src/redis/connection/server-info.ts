/** What `INFO` says about a server. */
export interface ServerInfo {
  /** Different after each start; empty if `INFO` does not hold it. */
  readonly runId: string;
  readonly replicationId: string;
  readonly isReplica: boolean;
  readonly wasReplica: boolean;
  readonly keepsFile: boolean;
  /** Whether it is still reading its data from a file. */
  readonly isLoading: boolean;
}

/** Reads the answer to `INFO`; a missing field is read as empty. */
export function readServerInfo(info: string): ServerInfo {
  const field = (name: string): string => new RegExp(`^${name}:([^\\r\\n]*)`, 'm').exec(info)?.[1] ?? '';
  return {
    runId: field('run_id'),
    replicationId: field('master_replid'),
    isReplica: field('role') === 'slave',
    // A promoted replica remembers the history it followed; a server that always was the primary has only its own.
    wasReplica: !/^0*$/.test(field('master_replid2')),
    keepsFile: field('aof_enabled') === '1',
    isLoading: field('loading') === '1',
  };
}
