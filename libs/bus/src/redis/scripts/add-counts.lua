-- Adds to counts, and answers the approximate sum of each over the window that ends now. It needs no partition: counts are
-- short-lived, and a failover may lose them.
-- KEYS[i] one count: hash of w (number of the window), c (count in it), p (count in the window before)
-- ARGV[1] the window in ms  ARGV[i + 1] what to add to KEYS[i]
-- Answers the counts, rounded down.
local windowMs = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window = math.floor(now / windowMs)
-- The part of the window before that is still within the one that ends now.
local rest = 1 - (now % windowMs) / windowMs

local sums = {}
for i, key in ipairs(KEYS) do
  local found = redis.call('HMGET', key, 'w', 'c', 'p')
  local age = window - (tonumber(found[1]) or window)
  local count, previous = tonumber(found[2]) or 0, tonumber(found[3]) or 0
  if age == 1 then
    count, previous = 0, count
  elseif age ~= 0 then
    count, previous = 0, 0
  end
  local added = tonumber(ARGV[i + 1])
  count = count + added
  if added > 0 then
    redis.call('HSET', key, 'w', window, 'c', count, 'p', previous)
    redis.call('PEXPIRE', key, 2 * windowMs)
  end
  sums[i] = math.floor(count + previous * rest)
end
return sums
