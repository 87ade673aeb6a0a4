-- Deletes all messages of one channel. The number that it takes makes every read from an earlier position a trimmed one.
-- KEYS[3] …, ARGV[5] … see delete.lua
-- Answers how many messages there were.
local refusal = whyNotAnnounce(channel, announcements)
if refusal then
  return refusal
end
now = digits(nowMs())
epoch, head, forgotten = openPartition()
dropExpired(log, tonumber(now), tonumber(ttlMs))
if lastOf(channel, log, head, forgotten) == 0 then
  return 0
end
local seq = assignNumber(channel, log)
local count = redis.call('XLEN', log)
redis.call('UNLINK', log, runs)
announce(announcements, seq, seq, notice:format(''))
return count
