-- Stores messages in turn, each unless it was stored before under the same idempotency key, or must not be stored.
-- KEYS[3], KEYS[4] of the first channel: its log, see store.lua; its end: a stream that holds the last message, if the channel has
-- ended, for longer than the log does; two more for each further channel; then for each message with an idempotency key the
-- position stored under it, as `<epoch> <seq>`; then, if a message ends a channel and webhooks are wanted, their queue, see
-- webhooks.lua
-- ARGV[5] prefix of the channels of announcements
-- ARGV[6] two lines for each channel: its name; `<entries kept> <their ttl in ms>`, empty if they are those of the channel before it
-- ARGV[7] how many messages there are
-- ARGV[8] a line for each message: the number of its channel among these, negative if it has the body of the message before it, and
-- for some a space, the ttl of the idempotency key in ms, 0 without one, a space, and: for the last message of a channel, how long
-- the end is kept, in ms, a space, and what webhooks.lua wants; 'known': only on a channel that has had a message and has not
-- ended; else ''
-- ARGV[9] … the bodies
-- Answers {epoch, …}: for each message its seq; {epoch, seq} if it was stored before; 'ended' if the channel has ended; 'unknown'.
local announcementPrefix, more = ARGV[5], tonumber(ARGV[7])
local channels, logs, ends, sizes, ttls = {}, {}, {}, {}, {}
local count, size, ttlMs = 0, nil, nil
for channel, retention in ARGV[6]:gmatch('([^\n]*)\n([^\n]*)\n') do
  if retention ~= '' then
    size, ttlMs = retention:match('^(%d+) (%d+)$')
  end
  count = count + 1
  channels[count], logs[count], ends[count] = channel, KEYS[1 + 2 * count], KEYS[2 + 2 * count]
  sizes[count], ttls[count] = size, ttlMs
end
local onceKey = 2 + 2 * count

local refusal = whyNotAnnounce(announcementPrefix .. channels[1])
if refusal then
  return refusal
end
local someHaveEnded = redis.call('EXISTS', unpack(ends)) > 0
local answers = { '' }
local ended = {}

local function hasEnded(number)
  local channel = channels[number]
  -- A channel in which this run has stored can only have ended by a message of it.
  return ended[channel] or someHaveEnded and not lasts[channel] and redis.call('XLEN', ends[number]) > 0
end

local function isKnown(number)
  return lasts[channels[number]] or redis.call('ZSCORE', KEYS[2], channels[number]) or redis.call('XLEN', logs[number]) > 0
end

local function storeIn(number, body)
  if not epoch then
    openLog(channels)
  end
  local channel = channels[number]
  return store(channel, logs[number], announcementPrefix .. channel, body, sizes[number], ttls[number], more)
end

local bodyAt, body = 8, nil
for text in ARGV[8]:gmatch('[^\n]+') do
  local number, onceMs, special = tonumber(text), '0', ''
  if not number then
    number, onceMs, special = text:match('^(-?%d+) (%d+) (.*)$')
    number = tonumber(number)
  end
  if number < 0 then
    number = -number
  else
    bodyAt = bodyAt + 1
    body = ARGV[bodyAt]
  end
  more = more - 1
  local isEnded = hasEnded(number)
  local once, stored, answer
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
  elseif special == 'known' and not isKnown(number) then
    answer = 'unknown'
  else
    local seq, prev = storeIn(number, body)
    answer = head
    if special ~= '' and special ~= 'known' then
      local channel, ending = channels[number], ends[number]
      redis.call('XADD', ending, seq .. '-0', 'p', prev, 't', now, 'b', body)
      local endMs, webhooks = special:match('^(%d+) (.*)$')
      redis.call('PEXPIRE', ending, endMs)
      if webhooks ~= '' then
        openWebhooks(KEYS[#KEYS - 1], KEYS[#KEYS]).add(webhooks, 'channel.ended', channel, body:match('\n(.*)$'), now)
      end
      ended[channel] = true
    end
    if once then
      redis.call('SET', once, epoch .. ' ' .. seq, 'PX', onceMs)
    end
  end
  answers[#answers + 1] = answer
end
finish()
answers[1] = epoch or ''
return answers
