-- Stores messages in turn, each unless it was stored before under the same idempotency key, or must not be stored.
-- KEYS[3], KEYS[4], KEYS[5] of the first message: its log, see store.lua; the position stored under its idempotency key, as
-- `<epoch> <seq>`; the end of its channel: a stream that holds the last message, if the channel has ended, for longer than the
-- log does; three more for each further message
-- ARGV[5] channel of the first message  ARGV[6] channel of its announcement  ARGV[7] body  ARGV[8] entries kept
-- ARGV[9] their ttl in ms  ARGV[10] ttl of the idempotency key in ms, 0 without one
-- ARGV[11] for the last message of the channel: how long the end is kept, in ms; 'known': only on a channel that has had a
-- message and has not ended; else ''; seven more for each further message
-- Answers {epoch, seq, 1 if it was stored before} of each, in one list; {'', 0, 2} if the channel has ended, {'', 0, 3} if it has
-- had no message.
local answers = {}
local ended = {}

local function hasEnded(channel, ending)
  if ended[channel] == nil then
    ended[channel] = redis.call('XLEN', ending) > 0
  end
  return ended[channel]
end

local function isKnown(channel, log)
  return redis.call('ZSCORE', KEYS[2], channel) or redis.call('XLEN', log) > 0
end

local function append(log, once, ending, channel, announcements, body, size, ttlMs, onceMs, special)
  -- One that needs an open channel is refused although the key is known.
  local isRefused = special == 'known' and hasEnded(channel, ending)
  local stored = onceMs > 0 and not isRefused and redis.call('GET', once)
  if stored then
    local storedEpoch, seq = stored:match('^(%w+) (%d+)$')
    return storedEpoch, tonumber(seq), 1
  end
  if hasEnded(channel, ending) then
    return '', 0, 2
  end
  if special == 'known' and not isKnown(channel, log) then
    return '', 0, 3
  end
  local refusal = whyNotAnnounce(announcements)
  if refusal then
    return refusal
  end
  local seq, prev = store(channel, log, announcements, body, size, ttlMs)
  if tonumber(special) then
    redis.call('XADD', ending, digits(seq) .. '-0', 'p', prev, 't', now, 'b', body)
    redis.call('PEXPIRE', ending, special)
    ended[channel] = true
  end
  if onceMs > 0 then
    redis.call('SET', once, epoch .. ' ' .. digits(seq), 'PX', onceMs)
  end
  return epoch, seq, 0
end

local at = 5
for key = 3, #KEYS, 3 do
  local storedEpoch, seq, duplicate = append(
    KEYS[key], KEYS[key + 1], KEYS[key + 2], ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3],
    tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), ARGV[at + 6]
  )
  if not seq then
    expireLogs()
    return storedEpoch
  end
  local count = #answers
  answers[count + 1], answers[count + 2], answers[count + 3] = storedEpoch, seq, duplicate
  at = at + 7
end
expireLogs()
return answers
