-- Stores messages in turn, each unless it was stored before under the same idempotency key.
-- KEYS[3], KEYS[4] log of the first message, see store.lua, and the position stored under its idempotency key, as
-- `<epoch> <seq>`; two more for each further message
-- ARGV[5] channel of the first message  ARGV[6] channel of its announcement  ARGV[7] body  ARGV[8] entries kept
-- ARGV[9] their ttl in ms  ARGV[10] ttl of the idempotency key in ms, 0 without one; six more for each further message
-- Answers {epoch, seq, 1 if it was stored before} of each, in one list.
local answers = {}

local function append(log, once, channel, announcements, body, size, ttlMs, onceMs)
  local stored = onceMs > 0 and redis.call('GET', once)
  if stored then
    local storedEpoch, seq = stored:match('^(%w+) (%d+)$')
    return storedEpoch, tonumber(seq), 1
  end
  local refusal = whyNotAnnounce(announcements)
  if refusal then
    return refusal
  end
  local seq = store(channel, log, announcements, body, size, ttlMs)
  if onceMs > 0 then
    redis.call('SET', once, epoch .. ' ' .. digits(seq), 'PX', onceMs)
  end
  return epoch, seq, 0
end

local at = 5
for key = 3, #KEYS, 2 do
  local storedEpoch, seq, duplicate = append(
    KEYS[key], KEYS[key + 1], ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3],
    tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  )
  if not seq then
    expireLogs()
    return storedEpoch
  end
  local count = #answers
  answers[count + 1], answers[count + 2], answers[count + 3] = storedEpoch, seq, duplicate
  at = at + 6
end
expireLogs()
return answers
