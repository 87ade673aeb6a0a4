-- The last numbers of many channels.
-- KEYS[3] … their logs, see store.lua, then, if asked for, their ends, see append.lua
-- ARGV[4] … the channels, in the same order
-- Answers {epoch, head, last of each, seq of the end of each or 0, if asked for}.
local epoch, head, forgotten = openPartition()
local last, ends = {}, {}
local count = #ARGV - 3
for index = 1, count do
  local ending = KEYS[2 + count + index]
  local mayHaveEnded
  last[index], mayHaveEnded = lastOf(ARGV[3 + index], KEYS[2 + index], head, forgotten, ending)
  if ending then
    local newest = mayHaveEnded and redis.call('XRANGE', ending, '-', '+')[1]
    ends[index] = newest and seqOf(newest) or 0
  end
end
return { epoch, head, last, ends }
