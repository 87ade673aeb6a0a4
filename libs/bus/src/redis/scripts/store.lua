-- Numbers, stores and announces messages, for the scripts that do so (scripts.ts puts this text after partition.lua).
-- ARGV[4] channels remembered
local epoch, head, forgotten
-- The time in ms, as digits.
local now
-- The seq, as digits, of the last message of each channel that this run has stored in: further ones take fewer commands.
local lasts = {}

-- The next seq, which becomes that of the channel's last message, and the seq before it in the channel, both as digits: a
-- number as an argument of a command costs more.
local function assignNumber(channel, log)
  if not epoch then
    epoch, head, forgotten = openPartition()
  end
  -- The first write must be one that Redis refuses when memory is short: after it Redis refuses nothing more in a script.
  local number = redis.call('HINCRBY', KEYS[1], 'seq', '1')
  local seq, prev = digits(number), lasts[channel] or digits(lastOf(channel, log, head, forgotten))
  redis.call('ZADD', KEYS[2], seq, channel)
  if not lasts[channel] then
    local excess = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[4])
    if excess > 0 then
      local popped = redis.call('ZPOPMIN', KEYS[2], math.min(excess, 100))
      forgotten = math.max(forgotten, tonumber(popped[#popped]))
      redis.call('HSET', KEYS[1], 'forgotten', forgotten)
    end
  end
  head, lasts[channel] = number, seq
  return seq, prev
end

-- Why nothing may be announced for the channel. A script that fails does not undo its writes, so it asks first.
-- Before Redis 7 only prove.lua finds out that this right is missing.
local function whyNotAnnounce(channel, announcements)
  if not lasts[channel] and redis.acl_check_cmd and not redis.acl_check_cmd('PUBLISH', announcements, '') then
    return redis.error_reply('NOPERM this user has no permission to PUBLISH here')
  end
end

local function announce(announcements, seq, prev, body)
  redis.call('PUBLISH', announcements, epoch .. ' ' .. seq .. ' ' .. prev .. ' ' .. now .. '\n' .. body)
end

-- Numbers, stores, trims and announces one message. Answers its seq, as digits.
-- log: stream with the seq as ID, of p (seq before it in the channel), t (time), b (body)
local function store(channel, log, announcements, body, size, ttlMs)
  local isFirst = not lasts[channel]
  local seq, prev = assignNumber(channel, log)
  now = now or digits(nowMs())
  redis.call('XADD', log, 'MAXLEN', '=', size, seq .. '-0', 'p', prev, 't', now, 'b', body)
  if isFirst then
    dropExpired(log, tonumber(now), tonumber(ttlMs))
    redis.call('PEXPIRE', log, ttlMs)
  end
  announce(announcements, seq, prev, body)
  return seq
end
