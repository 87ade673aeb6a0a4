-- The queue of webhooks, for the scripts that use it (scripts.ts puts this text after partition.lua). Its keys have the prefix of
-- the partition: a stream of `e` event, `c` channel, `d` data, `t` time, `s` bytes; a hash of `bytes` (of all) and `dropped`; the
-- name of the process that sends.

-- A function, so that a script that adds none, as nearly every append, does not pay for the name.
local function webhookKey(suffix)
  return KEYS[1]:sub(1, -1 - #'partition') .. 'webhooks' .. suffix
end

local function countWebhooks(bytes, dropped)
  redis.call('HINCRBY', webhookKey(':state'), 'bytes', bytes)
  if dropped ~= 0 then
    redis.call('HINCRBY', webhookKey(':state'), 'dropped', dropped)
  end
end

local function removeWebhook(entry, dropped)
  redis.call('XDEL', webhookKey(''), entry[1])
  countWebhooks(-tonumber(entry[2][10]), dropped)
end

-- `settings`: the most bytes of the queue, then each event that is wanted, all followed by a space; '' for none.
local function addWebhook(settings, event, channel, data, time)
  if not settings:find(' ' .. event .. ' ', 1, true) then
    return
  end
  local size = 64 + #channel + #data
  redis.call('XADD', webhookKey(''), '*', 'e', event, 'c', channel, 'd', data, 't', time, 's', size)
  countWebhooks(size, 0)
  local most = tonumber(settings:match('^%d+'))
  while tonumber(redis.call('HGET', webhookKey(':state'), 'bytes')) > most do
    local oldest = redis.call('XRANGE', webhookKey(''), '-', '+', 'COUNT', 1)[1]
    if not oldest then
      -- The stream was removed by hand.
      redis.call('HSET', webhookKey(':state'), 'bytes', 0)
      break
    end
    removeWebhook(oldest, 1)
  end
end
