-- Reads a stretch of one channel.
-- KEYS[3] the log, see append.lua
-- ARGV[4] channel  ARGV[5] ttl of the entries in ms  ARGV[6] 'after', 'last' or 'rewind'
-- ARGV[7] for 'after': the least seq wanted, else empty  ARGV[8] entries at most, 1 or more; for 'rewind' back from the newest
-- Answers {epoch, head, last, entries}, the entries as the stream has them, oldest first.
local log = KEYS[3]
local epoch, head, forgotten = openPartition()
local last = lastOf(ARGV[4], log, head, forgotten)
dropExpired(log, nowMs(), tonumber(ARGV[5]))

if ARGV[6] == 'after' then
  return { epoch, head, last, redis.call('XRANGE', log, ARGV[7], '+', 'COUNT', ARGV[8]) }
end

if ARGV[6] == 'rewind' then
  -- Some at a time: all of them at once could be more than there is memory for.
  local left, before, oldest = tonumber(ARGV[8]), '+', nil
  while left > 0 do
    local found = redis.call('XREVRANGE', log, before, '-', 'COUNT', math.min(left, 32))
    if #found == 0 then break end
    oldest = found[#found]
    before = '(' .. oldest[1]
    left = left - #found
  end
  return { epoch, head, last, { oldest } }
end

local newestFirst = redis.call('XREVRANGE', log, '+', '-', 'COUNT', ARGV[8])
local entries = {}
for index = #newestFirst, 1, -1 do
  entries[#entries + 1] = newestFirst[index]
end
return { epoch, head, last, entries }
