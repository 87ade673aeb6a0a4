-- Gives a process a lease, or renews that of one which has it still.
-- KEYS[3] the leases, see change-presence.lua
-- ARGV[4] the process  ARGV[5] time to the end of the lease, in ms  ARGV[6] '1' for a new process
-- Answers {epoch, 1 if it has the lease, the processes whose lease has expired, at most ten}.
local epoch = openPartition()
local now = nowMs()
local isHeld = ARGV[6] == '1' or tonumber(redis.call('ZSCORE', KEYS[3], ARGV[4]) or 0) > now
if isHeld then
  redis.call('ZADD', KEYS[3], now + tonumber(ARGV[5]), ARGV[4])
end
return { epoch, isHeld and 1 or 0, redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 10) }
