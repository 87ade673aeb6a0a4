-- Stores messages in turn, each unless it was stored before under the same idempotency key, or must not be stored.
-- KEYS[3], KEYS[4], KEYS[5] of the first message: its log, see store.lua; the position stored under its idempotency key, as
-- `<epoch> <seq>`; the end of its channel: a stream that holds the last message, if the channel has ended, for longer than the
-- log does; three more for each further message
-- ARGV[5] channel of the first message  ARGV[6] channel of its announcement  ARGV[7] body  ARGV[8] entries kept
-- ARGV[9] their ttl in ms  ARGV[10] ttl of the idempotency key in ms, 0 without one
-- ARGV[11] for the last message of the channel: how long the end is kept, in ms, a space, and what webhooks.lua wants; 'known': only on a channel that has had a
-- message and has not ended; else ''; seven more for each further message
-- Answers {epoch, seq, 1 if it was stored before} of each; {'', 0, 2} if the channel has ended, {'', 0, 3} if it is not known.
local ended = {}

local function hasEnded(channel, ending)
  -- In this run the channel can only have ended by a message of it.
  return ended[channel] or not lasts[channel] and redis.call('XLEN', ending) > 0
end

local function isKnown(channel, log)
  return redis.call('ZSCORE', KEYS[2], channel) or redis.call('XLEN', log) > 0
end

local answers, at = {}, 5
for key = 3, #KEYS, 3 do
  local log, once, ending = KEYS[key], KEYS[key + 1], KEYS[key + 2]
  local channel, announcements, onceMs, special = ARGV[at], ARGV[at + 1], ARGV[at + 5], ARGV[at + 6]
  local isEnded = hasEnded(channel, ending)
  local stored = onceMs ~= '0' and not (isEnded and special == 'known') and redis.call('GET', once)
  local answer
  if stored then
    local storedEpoch, seq = stored:match('^(%w+) (%d+)$')
    answer = { storedEpoch, tonumber(seq), 1 }
  elseif isEnded then
    answer = { '', 0, 2 }
  elseif special == 'known' and not isKnown(channel, log) then
    answer = { '', 0, 3 }
  else
    local refusal = whyNotAnnounce(channel, announcements)
    if refusal then
      return refusal
    end
    local seq, prev = store(channel, log, announcements, ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
    if special ~= '' and special ~= 'known' then
      redis.call('XADD', ending, seq .. '-0', 'p', prev, 't', now, 'b', ARGV[at + 2])
      local endMs, webhooks = special:match('^(%d+) (.*)$')
      redis.call('PEXPIRE', ending, endMs)
      addWebhook(webhooks, 'channel.ended', channel, ARGV[at + 2]:match('\n(.*)$'), now)
      ended[channel] = true
    end
    if onceMs ~= '0' then
      redis.call('SET', once, epoch .. ' ' .. seq, 'PX', onceMs)
    end
    answer = { epoch, head, 0 }
  end
  answers[#answers + 1] = answer
  at = at + 7
end
return answers
