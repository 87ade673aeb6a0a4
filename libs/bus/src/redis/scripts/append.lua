-- Stores one message: dedupes, numbers, stores, trims and announces.
-- KEYS[3] the log: stream with the seq as ID, of p (seq before it in the channel), t (time), b (body)
-- KEYS[4] the position stored under this idempotency key, as `<epoch> <seq>`
-- ARGV[4] channel  ARGV[5] channel of its announcement  ARGV[6] body
-- ARGV[7] entries kept  ARGV[8] their ttl in ms  ARGV[9] ttl of the idempotency key in ms, 0 without one
-- ARGV[10] channels remembered
-- Answers {epoch, seq, 1 if it was stored before}.
local channel, body = ARGV[4], ARGV[6]
local log, once = KEYS[3], KEYS[4]
local size, ttlMs, onceMs, remembered = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])

if onceMs > 0 then
  local stored = redis.call('GET', once)
  if stored then
    local epoch, seq = stored:match('^(%w+) (%d+)$')
    return { epoch, tonumber(seq), 1 }
  end
end

-- A script that fails does not undo its writes. Before Redis 7 only prove.lua finds out that this right is missing.
if redis.acl_check_cmd and not redis.acl_check_cmd('PUBLISH', ARGV[5], '') then
  return redis.error_reply('NOPERM this user has no permission to PUBLISH here')
end

-- The first write must be one that Redis refuses when memory is short: after it Redis refuses nothing more in a script.
local epoch, head, forgotten = openPartition()
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
local prev = lastOf(channel, log, head, forgotten)
local now = nowMs()

redis.call('ZADD', KEYS[2], seq, channel)
local excess = redis.call('ZCARD', KEYS[2]) - remembered
if excess > 0 then
  local popped = redis.call('ZPOPMIN', KEYS[2], math.min(excess, 100))
  redis.call('HSET', KEYS[1], 'forgotten', math.max(forgotten, tonumber(popped[#popped])))
end

redis.call('XADD', log, 'MAXLEN', '=', size, digits(seq) .. '-0', 'p', prev, 't', now, 'b', body)
dropExpired(log, now, ttlMs)
redis.call('PEXPIRE', log, ttlMs)

if onceMs > 0 then
  redis.call('SET', once, epoch .. ' ' .. digits(seq), 'PX', onceMs)
end
local position = epoch .. ' ' .. digits(seq) .. ' ' .. digits(prev) .. ' ' .. digits(now)
redis.call('PUBLISH', ARGV[5], position .. '\n' .. body)
return { epoch, seq, 0 }
