-- Deletes messages of one user, in one channel, in a step that does not block Redis for long.
-- KEYS[3] …, ARGV[5] … see delete.lua
-- ARGV[10] what the first line of a body has if it is of this user  ARGV[11] the seq after which to begin
-- ARGV[12] the seq at which to end
-- Answers {messages deleted, the seq after which the next step begins, or -1 after the last}.
local mark, through = ARGV[10], ARGV[12]

-- A step ends after as many of each: entries looked at, their bytes, messages deleted.
local MOST_ENTRIES, MOST_BYTES, MOST_DELETED = 500, 128 * 1024, 50
-- Entries per XRANGE, few enough for large ones.
local STRIDE = 8

local function isOfUser(body)
  local lineEnd = body:find('\n', 1, true)
  return body:sub(1, lineEnd):find(mark, 1, true) ~= nil
end

local refusal = whyNotAnnounce(announcementChannel)
if refusal then
  return refusal
end
local oldest = dropExpired(log, nowMs(), tonumber(ttlMs))
local entries, bytes, deleted, position = 0, 0, 0, ARGV[11]
repeat
  local found = redis.call('XRANGE', log, '(' .. position, through, 'COUNT', STRIDE)
  for _, entry in ipairs(found) do
    local body = entry[2][6]
    entries, bytes, position = entries + 1, bytes + #body, digits(seqOf(entry))
    if isOfUser(body) then
      deleteEntry(entry)
      deleted = deleted + 1
    end
  end
  if #found < STRIDE then
    local last = endBesideLog()
    if last and isOfUser(last[2][6]) then
      deleteEntry(last)
      deleted = deleted + 1
    end
    position = '-1'
    break
  end
until entries >= MOST_ENTRIES or bytes >= MOST_BYTES or deleted >= MOST_DELETED
if deleted > 0 then
  forgetRuns(oldest)
end
finish()
return { deleted, tonumber(position) }
