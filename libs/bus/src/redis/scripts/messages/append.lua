-- Stores messages in turn, each unless it was stored before under the same idempotency key, or must not be stored.
-- KEYS[3], KEYS[4] of the first channel: its log, see store.lua; its end: a stream that holds the last message, if the channel has
-- ended, for longer than the log does; two more for each further channel; then for each message with an idempotency key the
-- position stored under it, as `<epoch> <seq>`
-- ARGV[5] how many channels there are, then four for each: name, channel of its announcements, entries kept, their ttl in ms; then
-- four for each message: the number of its channel among these, its body, ttl of its idempotency key in ms, 0 without one; for the
-- last message of a channel: how long the end is kept, in ms, a space, and what webhooks.lua wants; 'known': only on a channel that
-- has had a message and has not ended; else ''
-- Answers {epoch, …}: for each message its seq; {epoch, seq} if it was stored before; 'ended' if the channel has ended; 'unknown'.
local CHANNELS_AT, OF_CHANNEL, OF_MESSAGE = 6, 4, 4
local channels = tonumber(ARGV[5])
local firstMessage = CHANNELS_AT + OF_CHANNEL * channels
local onceKey = 2 + 2 * channels
local more = (#ARGV - firstMessage + 1) / OF_MESSAGE
local answers = { '' }

local refusal = whyNotAnnounce(ARGV[CHANNELS_AT + 1])
if refusal then
  return refusal
end
epoch, head, forgotten = openPartition()
for at = firstMessage, #ARGV, OF_MESSAGE do
  local number, body, onceMs, special = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local of = CHANNELS_AT + OF_CHANNEL * (number - 1)
  local channel, log, ending = ARGV[of], KEYS[1 + 2 * number], KEYS[2 + 2 * number]
  -- The seq, as digits, before this message in the channel.
  local prev, mayHaveEnded = lasts[channel], ended[channel]
  if not prev then
    prev, mayHaveEnded = lastOf(channel, log, head, forgotten)
    prev = digits(prev)
  end
  local isEnded = mayHaveEnded and redis.call('XLEN', ending) > 0
  local once, stored, answer
  more = more - 1
  if onceMs ~= '0' then
    onceKey = onceKey + 1
    once = KEYS[onceKey]
    stored = not (isEnded and special == 'known') and redis.call('GET', once)
  end
  if stored then
    local storedEpoch, seq = stored:match('^(%w+) (%d+)$')
    answer = { storedEpoch, tonumber(seq) }
  elseif isEnded then
    answer = 'ended'
  elseif
    special == 'known'
    and mayHaveEnded
    and not redis.call('ZSCORE', KEYS[2], channel .. MAY_HAVE_ENDED)
    and redis.call('XLEN', log) == 0
  then
    answer = 'unknown'
  else
    local seq = store(channel, log, ARGV[of + 1], body, ARGV[of + 2], ARGV[of + 3], more, prev)
    answer = head
    if mayHaveEnded then
      redis.call('ZREM', KEYS[2], channel .. MAY_HAVE_ENDED)
    end
    if special ~= '' and special ~= 'known' then
      redis.call('XADD', ending, seq .. '-0', 'p', prev, 't', now, 'b', body)
      local endMs, webhooks = special:match('^(%d+) (.*)$')
      redis.call('PEXPIRE', ending, endMs)
      openWebhooks().add(webhooks, 'channel.ended', channel, body:match('\n(.*)$'), now)
      ended[channel] = true
      redis.call('ZREM', KEYS[2], channel)
    end
    if once then
      redis.call('SET', once, epoch .. ' ' .. seq, 'PX', onceMs)
    end
  end
  answers[#answers + 1] = answer
end
finish()
answers[1] = epoch
return answers
