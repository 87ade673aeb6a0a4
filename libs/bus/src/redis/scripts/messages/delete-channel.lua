-- Deletes all messages of one channel. The number that it takes makes every read from an earlier position a trimmed one.
-- KEYS[3] …, ARGV[5] … see delete.lua
-- Answers how many messages there were. A channel that has had no message since it was deleted takes no number: its readers know.
local refusal = whyNotAnnounce(announcementChannel)
if refusal then
  return refusal
end
now = digits(nowMs())
epoch, head, forgotten = openPartition()
dropExpired(log, tonumber(now), tonumber(ttlMs))
local last = lastOf(channel, log, head, forgotten, ending)
if last == 0 or runThrough(runs, last) == last then
  return 0
end
local seq = assignNumber(channel, log)
local count = redis.call('XLEN', log) + (endBesideLog() and 1 or 0)
redis.call('UNLINK', log, runs, ending)
-- A run that begins where it ends marks the number of the deletion.
redis.call('ZADD', runs, seq, seq)
redis.call('PEXPIRE', runs, ttlMs)
announce(announcementChannel, seq, seq, notice:format(''))
finish()
return count
