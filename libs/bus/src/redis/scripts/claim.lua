-- Notes which server keeps the log, and begins a new life of it when that server may have lost a part: then it would give
-- out the numbers of that part again.
-- ARGV[4] the server's run_id, another one at each start
-- ARGV[5] the id of its data's history, another one when a replica becomes the primary
-- ARGV[6] '1' if it was a replica  ARGV[7] '1' if it writes all it acknowledges to a file
-- Answers the epoch.
local known = redis.call('HMGET', KEYS[1], 'server', 'history')
local epoch = openPartition()
local sameRun = known[1] == ARGV[4]
local isWhole = ARGV[6] ~= '1' and (sameRun or ARGV[7] == '1')
if known[1] and not (sameRun and known[2] == ARGV[5]) and not isWhole then
  epoch = ARGV[1]
  redis.call('HSET', KEYS[1], 'epoch', epoch)
end
-- Nothing is written without need: when memory is short, Redis can still be read.
if known[1] ~= ARGV[4] or known[2] ~= ARGV[5] then
  redis.call('HSET', KEYS[1], 'server', ARGV[4], 'history', ARGV[5])
end
return epoch
