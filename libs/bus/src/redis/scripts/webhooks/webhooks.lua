-- The queue of webhooks, for the scripts that use it (scripts.ts puts this text before them).

-- `stream`: the key of a stream of `e` event, `c` channel, `d` data, `t` time, `s` bytes; `state`: that of a hash of `bytes` (of all)
-- and `dropped`. One function, so that a script that adds none, as nearly every append, does not pay for the others.
local function openWebhooks(stream, state)
  local queue = {}

  function queue.dropped()
    return tonumber(redis.call('HGET', state, 'dropped') or 0)
  end

  function queue.count(bytes, dropped)
    redis.call('HINCRBY', state, 'bytes', bytes)
    if dropped ~= 0 then
      redis.call('HINCRBY', state, 'dropped', dropped)
    end
  end

  function queue.remove(entry, dropped)
    redis.call('XDEL', stream, entry[1])
    queue.count(-tonumber(entry[2][10]), dropped)
  end

  -- `settings`: the most bytes of the queue, then each event that is wanted, all followed by a space; '' for none.
  function queue.add(settings, event, channel, data, time)
    if not settings:find(' ' .. event .. ' ', 1, true) then
      return
    end
    local size = 64 + #channel + #data
    redis.call('XADD', stream, '*', 'e', event, 'c', channel, 'd', data, 't', time, 's', size)
    queue.count(size, 0)
    local most = tonumber(settings:match('^%d+'))
    while tonumber(redis.call('HGET', state, 'bytes')) > most do
      local oldest = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
      if not oldest then
        -- The stream was removed by hand.
        redis.call('HSET', state, 'bytes', 0)
        break
      end
      queue.remove(oldest, 1)
    end
  end

  return queue
end
