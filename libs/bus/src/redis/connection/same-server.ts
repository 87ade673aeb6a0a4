import type { RedisConnection } from './redis-connection';

/** Drops the connection for announcements if it leads to another server than that for commands: a host name may resolve to several. */
export function requireSameServer(commands: RedisConnection, announcements: RedisConnection): void {
  const [commandRunId, announcementRunId] = [commands.server?.runId, announcements.server?.runId];
  if (commandRunId && announcementRunId && commandRunId !== announcementRunId)
    announcements.drop(new Error('announcements and commands were connected to different Redis servers'));
}
