-- Stores messages in turn, each unless it was stored before under the same idempotency key.
-- KEYS[3], KEYS[4] log of the first message, see store.lua, and the position stored under its idempotency key, as
-- `<epoch> <seq>`; two more for each further message
-- ARGV[5] channel of the first message  ARGV[6] channel of its announcement  ARGV[7] body  ARGV[8] entries kept
-- ARGV[9] their ttl in ms  ARGV[10] ttl of the idempotency key in ms, 0 without one; six more for each further message
-- Answers {epoch, seq, 1 if it was stored before} of each.
local answers, at = {}, 5
for key = 3, #KEYS, 2 do
  local once, channel, announcements, onceMs = KEYS[key + 1], ARGV[at], ARGV[at + 1], ARGV[at + 5]
  local stored = onceMs ~= '0' and redis.call('GET', once)
  if stored then
    local storedEpoch, seq = stored:match('^(%w+) (%d+)$')
    answers[#answers + 1] = { storedEpoch, tonumber(seq), 1 }
  else
    local refusal = whyNotAnnounce(channel, announcements)
    if refusal then
      return refusal
    end
    local seq = store(channel, KEYS[key], announcements, ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
    if onceMs ~= '0' then
      redis.call('SET', once, epoch .. ' ' .. seq, 'PX', onceMs)
    end
    answers[#answers + 1] = { epoch, head, 0 }
  end
  at = at + 6
end
return answers
