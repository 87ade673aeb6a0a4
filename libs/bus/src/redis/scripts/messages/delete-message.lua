-- Deletes one message.
-- KEYS[3] …, ARGV[5] … see delete.lua
-- ARGV[10] the epoch and ARGV[11] the seq in its id
-- Answers 1 if it was stored.
local refusal = whyNotAnnounce(announcementChannel)
if refusal then
  return refusal
end
epoch, head, forgotten = openPartition()
local oldest = dropExpired(log, nowMs(), tonumber(ttlMs))
local found = redis.call('XRANGE', log, ARGV[11] .. '-0', ARGV[11] .. '-0')[1]
  or redis.call('XRANGE', ending, ARGV[11] .. '-0', ARGV[11] .. '-0')[1]
if epoch ~= ARGV[10] or not found or isNotice(found) then
  return 0
end
deleteEntry(found)
forgetRuns(oldest)
finish()
return 1
