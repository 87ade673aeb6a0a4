-- Records which server stores the log, and begins a new epoch when that server may have lost messages: it would assign their
-- sequence numbers again.
-- ARGV[4] the server's run_id, different after each start
-- ARGV[5] the replication id of its data, different when a replica becomes the primary
-- ARGV[6] '1' if it was a replica  ARGV[7] '1' if it writes what it acknowledges to a file
-- Answers the epoch.
local known = redis.call('HMGET', KEYS[1], 'server', 'history')
local epoch = openPartition()
local sameRun = known[1] == ARGV[4]
local isWhole = ARGV[6] ~= '1' and (sameRun or ARGV[7] == '1')
if known[1] and not (sameRun and known[2] == ARGV[5]) and not isWhole then
  epoch = ARGV[1]
  redis.call('HSET', KEYS[1], 'epoch', epoch)
end
-- No write without need: Redis can still be read when memory is short.
if known[1] ~= ARGV[4] or known[2] ~= ARGV[5] then
  redis.call('HSET', KEYS[1], 'server', ARGV[4], 'history', ARGV[5])
end
return epoch
