-- Counts a relay for its owners and gives it a lease, unless a limit is reached or its key is known.
-- KEYS[3] the leases of relays: sorted set of their channels, scored by the time at which each ends, in ms
-- KEYS[4] the channel that is known under the key; then for each owner: set of the channels of its relays; hash of d (a day) and
-- c (relays on that day)
-- ARGV[4] the channel  ARGV[5] time to the end of the lease, in ms  ARGV[6] how long the key is remembered, in ms, '0' without one
-- ARGV[7] … two for each owner: most relays at a time and on one day, '0' for no limit
-- Answers {'new'}, {'known', channel}, or {'atOnce' or 'aDay', index from 0 of the owner}.
local leases, once, channel = KEYS[3], KEYS[4], ARGV[4]
local FIRST_OWNER, DAY_MS = 5, 86400000
local now = nowMs()
local today = digits(math.floor(now / DAY_MS))

local known = ARGV[6] ~= '0' and redis.call('GET', once)
if known then
  return { 'known', known }
end

local counts = {}
for at = FIRST_OWNER, #KEYS, 2 do
  local atOnce, aDay = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  if atOnce > 0 then
    for _, other in ipairs(redis.call('SMEMBERS', KEYS[at])) do
      if tonumber(redis.call('ZSCORE', leases, other) or 0) <= now then
        redis.call('SREM', KEYS[at], other)
      end
    end
    if redis.call('SCARD', KEYS[at]) >= atOnce then
      return { 'atOnce', (at - FIRST_OWNER) / 2 }
    end
  end
  local found = redis.call('HMGET', KEYS[at + 1], 'd', 'c')
  counts[at] = found[1] == today and tonumber(found[2]) or 0
  if aDay > 0 and counts[at] >= aDay then
    return { 'aDay', (at - FIRST_OWNER) / 2 }
  end
end

redis.call('ZADD', leases, now + tonumber(ARGV[5]), channel)
if ARGV[6] ~= '0' then
  redis.call('SET', once, channel, 'PX', ARGV[6])
end
for at = FIRST_OWNER, #KEYS, 2 do
  if ARGV[at + 2] ~= '0' then
    redis.call('SADD', KEYS[at], channel)
    redis.call('PEXPIRE', KEYS[at], DAY_MS)
  end
  if ARGV[at + 3] ~= '0' then
    redis.call('HSET', KEYS[at + 1], 'd', today, 'c', counts[at] + 1)
    redis.call('PEXPIRE', KEYS[at + 1], DAY_MS)
  end
end
return { 'new' }
