-- Stores messages in turn, each unless it was stored before under the same idempotency key.
-- KEYS[3] … the logs of the channels, see store.lua; then for each message with an idempotency key the position stored under it, as
-- `<epoch> <seq>`
-- ARGV[5] how many channels there are, then four for each: name, channel of its announcements, entries kept, their ttl in ms; then
-- three for each message: the number of its channel among these, its body, ttl of its idempotency key in ms, 0 without one
-- Answers {epoch, …}: for each message its seq, or {epoch, seq} if it was stored before.
local CHANNELS_AT, ARGUMENTS = 6, 4
local channels = tonumber(ARGV[5])
local firstMessage = CHANNELS_AT + ARGUMENTS * channels
local onceKey = 2 + channels
local more = (#ARGV - firstMessage + 1) / 3
local answers = { '' }
local refusal = whyNotAnnounce(ARGV[CHANNELS_AT + 1])
if refusal then
  return refusal
end
for at = firstMessage, #ARGV, 3 do
  local number, onceMs = tonumber(ARGV[at]), ARGV[at + 2]
  local once, stored
  more = more - 1
  if onceMs ~= '0' then
    onceKey = onceKey + 1
    once = KEYS[onceKey]
    stored = redis.call('GET', once)
  end
  if stored then
    local storedEpoch, seq = stored:match('^(%w+) (%d+)$')
    answers[#answers + 1] = { storedEpoch, tonumber(seq) }
  else
    local of = CHANNELS_AT + ARGUMENTS * (number - 1)
    local seq = store(ARGV[of], KEYS[2 + number], ARGV[of + 1], ARGV[at + 1], ARGV[of + 2], ARGV[of + 3], more)
    if once then
      redis.call('SET', once, epoch .. ' ' .. seq, 'PX', onceMs)
    end
    answers[#answers + 1] = head
  end
end
finish()
answers[1] = epoch or ''
return answers
