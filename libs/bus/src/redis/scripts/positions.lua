-- The last numbers of many channels.
-- KEYS[3] … their logs, see store.lua
-- ARGV[4] … the channels, in the same order
-- Answers {epoch, head, last of each}.
local epoch, head, forgotten = openPartition()
local last = {}
for index = 3, #KEYS do
  last[index - 2] = lastOf(ARGV[index + 1], KEYS[index], head, forgotten)
end
return { epoch, head, last }
