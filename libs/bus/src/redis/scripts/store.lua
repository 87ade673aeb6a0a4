-- Numbers, stores and announces messages, for the scripts that do so (scripts.ts puts this text after partition.lua).
-- ARGV[4] channels remembered
local epoch, head, forgotten
local now
-- What this run knows, so that many messages of one channel cost little more than one: by channel the seq of its last message,
-- by log the ttl of its entries, and the channels of Redis that may be announced on.
local lasts, ttls, announceable = {}, {}, {}

-- The next seq, which becomes that of the channel's last message, and the seq before it in the channel.
local function assignNumber(channel, log)
  if not epoch then
    epoch, head, forgotten = openPartition()
  end
  -- The first write must be one that Redis refuses when memory is short: after it Redis refuses nothing more in a script.
  local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
  local prev = lasts[channel] or lastOf(channel, log, head, forgotten)
  head, lasts[channel] = seq, seq
  if redis.call('ZADD', KEYS[2], seq, channel) == 1 then
    local excess = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[4])
    if excess > 0 then
      local popped = redis.call('ZPOPMIN', KEYS[2], math.min(excess, 100))
      forgotten = math.max(forgotten, tonumber(popped[#popped]))
      redis.call('HSET', KEYS[1], 'forgotten', forgotten)
    end
  end
  return seq, prev
end

-- Why nothing may be announced on this channel of Redis. A script that fails does not undo its writes, so it asks first.
-- Before Redis 7 only prove.lua finds out that this right is missing.
local function whyNotAnnounce(announcements)
  if not redis.acl_check_cmd or announceable[announcements] then
    return nil
  end
  if not redis.acl_check_cmd('PUBLISH', announcements, '') then
    return redis.error_reply('NOPERM this user has no permission to PUBLISH here')
  end
  announceable[announcements] = true
end

local function announce(announcements, seq, prev, body)
  local position = epoch .. ' ' .. digits(seq) .. ' ' .. digits(prev) .. ' ' .. digits(now)
  redis.call('PUBLISH', announcements, position .. '\n' .. body)
end

-- Numbers, stores and announces one message. Answers its seq and that before it in the channel. Call expireLogs after the last one.
-- log: stream with the seq as ID, of p (seq before it in the channel), t (time), b (body)
local function store(channel, log, announcements, body, size, ttlMs)
  local seq, prev = assignNumber(channel, log)
  now = now or nowMs()
  redis.call('XADD', log, 'MAXLEN', '=', size, digits(seq) .. '-0', 'p', prev, 't', now, 'b', body)
  ttls[log] = ttlMs
  announce(announcements, seq, prev, body)
  return seq, prev
end

-- Drops what has expired from the logs that got messages.
local function expireLogs()
  for log, ttlMs in pairs(ttls) do
    dropExpired(log, now, ttlMs)
    redis.call('PEXPIRE', log, ttlMs)
  end
end
