-- Numbers, stores and announces messages, for the scripts that do so (scripts.ts puts this text after partition.lua). Such a script
-- ends with finish().
-- ARGV[4] channels remembered
local epoch, head, forgotten
-- The time in ms, as digits.
local now
-- How many numbers after the head are reserved.
local reserved = 0
-- The seq, as digits, of the last message of each channel that this run has looked at: further ones take fewer commands.
local lasts = {}
-- The channels of these that may have ended, and those that this run has stored in, or gives another name in KEYS[2].
local mayHaveEnded, stored, renamed = {}, {}, {}
-- Channels and texts of what finish() announces.
local announcements = {}

local function lookAt(channel, log)
  if not epoch then
    epoch, head, forgotten = openPartition()
  end
  if not lasts[channel] then
    local last
    last, mayHaveEnded[channel] = lastOf(channel, log, head, forgotten)
    lasts[channel] = digits(last)
  end
end

-- From now on the channel is remembered as one that has ended, or that has not.
local function setEnded(channel, hasEnded)
  if mayHaveEnded[channel] ~= hasEnded then
    mayHaveEnded[channel], renamed[channel] = hasEnded, true
  end
end

-- The next seq, which becomes that of the channel's last message, and the seq before it in the channel, both as digits: a
-- number as an argument of a command costs more. `more`: how many further numbers this run may need.
local function assignNumber(channel, log, more)
  lookAt(channel, log)
  if reserved == 0 then
    -- The first write must be one that Redis refuses when memory is short: after it Redis refuses nothing more in a script.
    reserved = 1 + (more or 0)
    redis.call('HINCRBY', KEYS[1], 'seq', reserved)
  end
  local prev = lasts[channel]
  reserved = reserved - 1
  head = head + 1
  local seq = digits(head)
  lasts[channel], stored[channel] = seq, true
  return seq, prev
end

-- Why nothing may be announced. A script that fails does not undo its writes, so it asks first, about one channel: all have the
-- same prefix. Before Redis 7 only prove.lua finds out that this right is missing.
local function whyNotAnnounce(announcementChannel)
  if redis.acl_check_cmd and not redis.acl_check_cmd('PUBLISH', announcementChannel, '') then
    return redis.error_reply('NOPERM this user has no permission to PUBLISH here')
  end
end

local function announce(announcementChannel, seq, prev, body)
  local count = #announcements
  announcements[count + 1] = announcementChannel
  announcements[count + 2] = epoch .. ' ' .. seq .. ' ' .. prev .. ' ' .. now .. '\n' .. body
end

-- Numbers, stores, trims and announces one message. Answers its seq and that before it in the channel, as
-- digits.
-- log: stream with the seq as ID, of p (seq before it in the channel), t (time), b (body)
local function store(channel, log, announcementChannel, body, size, ttlMs, more)
  local isFirst = not stored[channel]
  local seq, prev = assignNumber(channel, log, more)
  now = now or digits(nowMs())
  redis.call('XADD', log, 'MAXLEN', '=', size, seq .. '-0', 'p', prev, 't', now, 'b', body)
  if isFirst then
    dropExpired(log, tonumber(now), tonumber(ttlMs))
    redis.call('PEXPIRE', log, ttlMs)
  end
  announce(announcementChannel, seq, prev, body)
  return seq, prev
end

-- Remembers the last messages of the channels, then announces what this run has stored.
local function finish()
  if reserved > 0 then
    redis.call('HINCRBY', KEYS[1], 'seq', -reserved)
  end
  local scores = {}
  for channel in pairs(stored) do
    local count = #scores
    scores[count + 1], scores[count + 2] = lasts[channel], mayHaveEnded[channel] and endedName(channel) or channel
  end
  if #scores == 0 then
    return
  end
  local formerNames = {}
  for channel in pairs(renamed) do
    formerNames[#formerNames + 1] = mayHaveEnded[channel] and channel or endedName(channel)
  end
  if #formerNames > 0 then
    redis.call('ZREM', KEYS[2], unpack(formerNames))
  end
  redis.call('ZADD', KEYS[2], unpack(scores))
  local excess = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[4])
  if excess > 0 then
    local popped = redis.call('ZPOPMIN', KEYS[2], math.min(excess, math.max(100, #scores / 2)))
    redis.call('HSET', KEYS[1], 'forgotten', digits(math.max(forgotten, tonumber(popped[#popped]))))
  end
  for index = 1, #announcements, 2 do
    redis.call('PUBLISH', announcements[index], announcements[index + 1])
  end
end
