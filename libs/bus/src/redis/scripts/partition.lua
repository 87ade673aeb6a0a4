-- The beginning of every script on the message log: all but add-counts.lua, ask.lua, prove.lua and those of webhooks (scripts.ts puts this text before them).
-- KEYS[1] the partition: hash of epoch, seq (the greatest assigned), forgotten (no forgotten channel's last exceeds it)
-- KEYS[2] last: sorted set of the channels remembered, scored by the seq of their last message
-- ARGV[1] a random epoch, in case a new one is needed: a script must not be random itself
-- ARGV[2], ARGV[3] an epoch and a seq that the caller has seen, or '' and 0

-- A number as part of a text, where Lua would write 1e+15; as an argument of a command it is safe.
local function digits(number)
  return string.format('%.0f', number)
end

local function seqOf(entry)
  return tonumber(entry[1]:match('^%d+'))
end

local function timeOf(entry)
  return tonumber(entry[2][4])
end

-- The epoch, the greatest seq and the forgotten of the partition, which it creates when there is none.
local function openPartition()
  local found = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'forgotten')
  if not found[1] then
    redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'seq', 0, 'forgotten', 0)
    redis.call('UNLINK', KEYS[2])
    return ARGV[1], 0, 0
  end
  local epoch, seq = found[1], tonumber(found[2])
  if epoch == ARGV[2] and seq < tonumber(ARGV[3]) then
    -- The log lost its tail, in a failover or a crash, and would assign the same numbers again: begin a new epoch.
    epoch = ARGV[1]
    redis.call('HSET', KEYS[1], 'epoch', epoch)
  end
  return epoch, seq, tonumber(found[3])
end

-- The seq of the last message of a channel that is not in KEYS[2]. It may still have stored messages, or an end (see append.lua),
-- if `ending` names its key; without them the answer is the forgotten, which is an upper bound.
local function lastOfForgotten(log, head, forgotten, ending)
  local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  if not newest and ending then
    log, newest = ending, redis.call('XREVRANGE', ending, '+', '-', 'COUNT', 1)[1]
  end
  if not newest then
    return forgotten
  end
  if seqOf(newest) > head then
    -- Left over from a partition whose key was removed.
    redis.call('UNLINK', log)
    return forgotten
  end
  return seqOf(newest)
end

-- The seq of the channel's last message, or an upper bound of it if the channel is forgotten.
local function lastOf(channel, log, head, forgotten, ending)
  local last = redis.call('ZSCORE', KEYS[2], channel)
  return last and tonumber(last) or lastOfForgotten(log, head, forgotten, ending)
end

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Drops the entries that are `ttlMs` old or older. Answers the oldest that remains, if there is one.
local function dropExpired(log, now, ttlMs)
  local count, oldest = '1', nil
  repeat
    local heads = redis.call('XRANGE', log, '-', '+', 'COUNT', count)
    local upTo = nil
    for _, entry in ipairs(heads) do
      if timeOf(entry) > now - ttlMs then
        oldest = entry
        break
      end
      upTo = seqOf(entry)
    end
    if upTo then
      redis.call('XTRIM', log, 'MINID', '=', upTo + 1)
    end
    count = '32'
  until oldest or #heads == 0
  return oldest
end
