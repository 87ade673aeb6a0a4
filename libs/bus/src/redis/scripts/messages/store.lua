-- Numbers, stores and announces messages, for the scripts that do so (scripts.ts puts this text after partition.lua). Such a script
-- ends with finish().
-- ARGV[4] channels remembered
local epoch, head, forgotten
-- The time in ms, as digits.
local now
-- How many numbers after the head are reserved.
local reserved = 0
-- The channels that this run has stored in, and the seq, as digits, of the last message of each: further ones take fewer commands.
local channelsStored, lasts = {}, {}
-- The last message before this run of each channel that openLog() asked for; `false` for a forgotten one.
local lastsBefore = {}
-- The logs in which this run has stored more than one message, and how many entries each keeps.
local grown = {}
-- Channels and texts of what finish() announces.
local announcements = {}

-- A run for more channels than this drops what has expired in only one of so many: to find the oldest message of a channel costs
-- as much as to store one. No reader gets what remains, since a read drops it.
local EXPIRY_EVERY = 8
local expiryEvery = 1

-- Opens the partition, and reads the last numbers of many channels with one command.
local function openLog(channels)
  epoch, head, forgotten = openPartition()
  expiryEvery = #channels > EXPIRY_EVERY and EXPIRY_EVERY or 1
  for index, last in ipairs(redis.call('ZMSCORE', KEYS[2], unpack(channels))) do
    lastsBefore[channels[index]] = last
  end
end

-- As digits.
local function lastBefore(channel, log)
  local last = lastsBefore[channel]
  if last then
    -- A large number may have an exponent.
    return last:match('^%d+$') or digits(tonumber(last))
  end
  return digits(last == false and lastOfForgotten(log, head, forgotten) or lastOf(channel, log, head, forgotten))
end

-- True for one of `expiryEvery` numbers: of all as of every 1000th. A script must not be random itself.
local function isDrawn(number)
  return number * 0.61803398875 % 1 < 1 / expiryEvery
end

-- The next seq, which becomes that of the channel's last message, and the seq before it in the channel, both as digits: a
-- number as an argument of a command costs more. `more`: how many further numbers this run may need.
local function assignNumber(channel, log, more)
  if not epoch then
    epoch, head, forgotten = openPartition()
  end
  if reserved == 0 then
    -- The first write must be one that Redis refuses when memory is short: after it Redis refuses nothing more in a script.
    reserved = 1 + (more or 0)
    redis.call('HINCRBY', KEYS[1], 'seq', reserved)
  end
  local prev = lasts[channel]
  if not prev then
    prev = lastBefore(channel, log)
    channelsStored[#channelsStored + 1] = channel
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

-- Numbers, stores and announces one message. Answers its seq and that before it in the channel, as digits.
-- log: stream with the seq as ID, of p (seq before it in the channel), t (time), b (body)
local function store(channel, log, announcementChannel, body, size, ttlMs, more)
  local isFirst = not lasts[channel]
  local seq, prev = assignNumber(channel, log, more)
  now = now or digits(nowMs())
  if isFirst then
    redis.call('XADD', log, 'MAXLEN', '=', size, seq .. '-0', 'p', prev, 't', now, 'b', body)
    if isDrawn(head) then
      dropExpired(log, tonumber(now), tonumber(ttlMs))
    end
    redis.call('PEXPIRE', log, ttlMs)
  else
    redis.call('XADD', log, seq .. '-0', 'p', prev, 't', now, 'b', body)
    grown[log] = size
  end
  announce(announcementChannel, seq, prev, body)
  return seq, prev
end

-- Trims the logs and remembers the last messages of the channels, then announces what this run has stored.
local function finish()
  if reserved > 0 then
    redis.call('HINCRBY', KEYS[1], 'seq', -reserved)
  end
  if #channelsStored == 0 then
    return
  end
  for log, size in pairs(grown) do
    redis.call('XTRIM', log, 'MAXLEN', '=', size)
  end
  local scores = {}
  for index, channel in ipairs(channelsStored) do
    scores[2 * index - 1], scores[2 * index] = lasts[channel], channel
  end
  redis.call('ZADD', KEYS[2], unpack(scores))
  local excess = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[4])
  if excess > 0 then
    local popped = redis.call('ZPOPMIN', KEYS[2], math.min(excess, math.max(100, #channelsStored)))
    redis.call('HSET', KEYS[1], 'forgotten', digits(math.max(forgotten, tonumber(popped[#popped]))))
  end
  for index = 1, #announcements, 2 do
    redis.call('PUBLISH', announcements[index], announcements[index + 1])
  end
end
