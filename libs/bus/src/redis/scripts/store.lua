-- Numbers, stores and announces messages, for the scripts that do so (scripts.ts puts this text after partition.lua).
local epoch, head, forgotten
local now

-- The next seq, which becomes that of the channel's last message, and the seq before it in the channel.
local function assignNumber(channel, log, remembered)
  if not epoch then
    epoch, head, forgotten = openPartition()
  end
  -- The first write must be one that Redis refuses when memory is short: after it Redis refuses nothing more in a script.
  local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
  local prev = lastOf(channel, log, head, forgotten)
  head = seq
  redis.call('ZADD', KEYS[2], seq, channel)
  local excess = redis.call('ZCARD', KEYS[2]) - remembered
  if excess > 0 then
    local popped = redis.call('ZPOPMIN', KEYS[2], math.min(excess, 100))
    forgotten = math.max(forgotten, tonumber(popped[#popped]))
    redis.call('HSET', KEYS[1], 'forgotten', forgotten)
  end
  return seq, prev
end

-- Why nothing may be announced on this channel of Redis. A script that fails does not undo its writes, so it asks first.
-- Before Redis 7 only prove.lua finds out that this right is missing.
local function whyNotAnnounce(announcements)
  if redis.acl_check_cmd and not redis.acl_check_cmd('PUBLISH', announcements, '') then
    return redis.error_reply('NOPERM this user has no permission to PUBLISH here')
  end
end

local function announce(announcements, seq, prev, body)
  local position = epoch .. ' ' .. digits(seq) .. ' ' .. digits(prev) .. ' ' .. digits(now)
  redis.call('PUBLISH', announcements, position .. '\n' .. body)
end

-- Numbers, stores, trims and announces one message. Answers its seq.
-- log: stream with the seq as ID, of p (seq before it in the channel), t (time), b (body)
local function store(channel, log, announcements, body, size, ttlMs, remembered)
  local seq, prev = assignNumber(channel, log, remembered)
  now = now or nowMs()
  redis.call('XADD', log, 'MAXLEN', '=', size, digits(seq) .. '-0', 'p', prev, 't', now, 'b', body)
  dropExpired(log, now, ttlMs)
  redis.call('PEXPIRE', log, ttlMs)
  announce(announcements, seq, prev, body)
  return seq
end
