-- Reads some members of a channel.
-- KEYS[3] its members, see change-presence.lua
-- ARGV[4] cursor of HSCAN, '0' for the first page  ARGV[5] about how many members, 0 for none
-- Answers {epoch, head, number of all members, cursor of the next page or '0', member, its value, …}.
local epoch, head = openPartition()
local count = redis.call('HLEN', KEYS[3])
local page = { '0', {} }
if tonumber(ARGV[5]) > 0 then
  page = redis.call('HSCAN', KEYS[3], ARGV[4], 'COUNT', ARGV[5])
end
return { epoch, head, count, page[1], page[2] }
