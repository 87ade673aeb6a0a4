-- Numbers, stores and announces messages, for the scripts that do so (scripts.ts puts this text after partition.lua). Such a script
-- ends with finish().
-- ARGV[4] channels remembered
local epoch, head, forgotten
-- The time in ms, as digits.
local now
-- How many numbers after the head are reserved.
local reserved = 0
-- The seq, as digits, of the last message of each channel that this run has stored in: further ones take fewer commands.
local lasts = {}
-- Those of these channels that are remembered as ones that may have ended.
local ended = {}
-- Channels and texts of what finish() announces.
local announcements = {}

-- The next seq, which becomes that of the channel's last message, and the seq before it in the channel, both as digits: a
-- number as an argument of a command costs more. `more`: how many further numbers this run may need. `prev`: if the caller knows it,
-- and that the channel has not ended.
local function assignNumber(channel, log, more, prev)
  if not epoch then
    epoch, head, forgotten = openPartition()
  end
  if reserved == 0 then
    -- The first write must be one that Redis refuses when memory is short: after it Redis refuses nothing more in a script.
    reserved = 1 + (more or 0)
    redis.call('HINCRBY', KEYS[1], 'seq', reserved)
  end
  prev = lasts[channel] or prev
  if not prev then
    local last, mayHaveEnded = lastOf(channel, log, head, forgotten)
    prev, ended[channel] = digits(last), mayHaveEnded or nil
  end
  reserved = reserved - 1
  head = head + 1
  local seq = digits(head)
  lasts[channel] = seq
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
local function store(channel, log, announcementChannel, body, size, ttlMs, more, prev)
  local isFirst = not lasts[channel]
  local seq
  seq, prev = assignNumber(channel, log, more, prev)
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
  for channel, seq in pairs(lasts) do
    local count = #scores
    scores[count + 1], scores[count + 2] = seq, ended[channel] and channel .. MAY_HAVE_ENDED or channel
  end
  if #scores == 0 then
    return
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
