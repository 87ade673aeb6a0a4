-- Changes which members a process holds, and stores a message for each member that comes or goes (after store.lua
-- and webhooks.lua).
-- KEYS[3] the leases: sorted set of the processes, scored by the time at which each ends, in ms
-- KEYS[4] what the process holds: set of `<channel>\n<member>`
-- KEYS[5], KEYS[6] the queue of webhooks, see webhooks.lua
-- KEYS[7], KEYS[8] of the first channel: its members, a hash of `<since> <process> … \n<about>\n<info>` by member; the log of its
-- companion, see store.lua; two more for each further channel
-- ARGV[5] the process  ARGV[6] 'held' if it must have its lease, 'expired' if it must not
-- ARGV[7] most members of a channel  ARGV[8], ARGV[9] first lines of the bodies of a join and of a leave
-- ARGV[10] what webhooks.lua wants
-- ARGV[11] how many channels there are, then five for each: name, companion, channel of the announcements, entries kept, their ttl in
-- ms; then five for each change: the number of its channel among these, 'join' or 'leave', member, about, info
-- Answers {epoch, 1 if the lease is as it must be, else 0 and nothing was changed, indexes from 0 of the joins without room …}.
local process, mode, most = ARGV[5], ARGV[6], tonumber(ARGV[7])
local joinHead, leaveHead = ARGV[8] .. '\n', ARGV[9] .. '\n'
local held, webhooks, queue = KEYS[4], ARGV[10], openWebhooks(KEYS[5], KEYS[6])
local CHANNELS_AT, OF_CHANNEL, OF_CHANGE = 12, 5, 5
local firstChange = CHANNELS_AT + OF_CHANNEL * tonumber(ARGV[11])
-- How many changes follow the current one.
local more = (#ARGV - firstChange + 1) / OF_CHANGE

local function parse(value)
  return value:match('^(%d+)( [^\n]*)\n([^\n]*)\n(.*)$')
end

-- `of`: where the channel is in ARGV.
local function append(of, log, body)
  store(ARGV[of + 1], log, ARGV[of + 2], body, ARGV[of + 3], ARGV[of + 4], more)
end

local function hold(of, members, log, member, about, info)
  local channel, value = ARGV[of], redis.call('HGET', members, member)
  local others = not value and redis.call('HLEN', members)
  if others and others >= most then
    return false
  end
  local since, processes, knownAbout, knownInfo = now, ' ', about, nil
  if value then
    since, processes, knownAbout, knownInfo = parse(value)
  end
  local isHolder = processes:find(' ' .. process .. ' ', 1, true)
  if isHolder and knownInfo == info then
    return true
  end
  if knownInfo ~= info then
    local tail = info == '' and '}' or ',"info":' .. info .. '}'
    local data = knownAbout:sub(1, -2) .. ',"since":' .. since .. tail
    append(of, log, joinHead .. data)
    if others == 0 then
      queue.add(webhooks, 'channel.occupied', channel, 'null', now)
    end
    if others then
      queue.add(webhooks, 'member.joined', channel, data, now)
    end
  end
  if not isHolder then
    processes = processes .. process .. ' '
    redis.call('SADD', held, channel .. '\n' .. member)
  end
  redis.call('HSET', members, member, since .. processes .. '\n' .. knownAbout .. '\n' .. info)
  return true
end

local function release(of, members, log, member)
  local channel, value = ARGV[of], redis.call('HGET', members, member)
  if value then
    local since, processes, about, info = parse(value)
    local at = processes:find(' ' .. process .. ' ', 1, true)
    if at then
      local others = processes:sub(1, at) .. processes:sub(at + #process + 2)
      if others == ' ' then
        local data = about:sub(1, -2) .. ',"since":' .. since .. '}'
        append(of, log, leaveHead .. data)
        redis.call('HDEL', members, member)
        queue.add(webhooks, 'member.left', channel, data, now)
        if webhooks ~= '' and redis.call('HLEN', members) == 0 then
          queue.add(webhooks, 'channel.vacated', channel, 'null', now)
        end
      else
        redis.call('HSET', members, member, since .. others .. '\n' .. about .. '\n' .. info)
      end
    end
  end
  redis.call('SREM', held, channel .. '\n' .. member)
end

epoch, head, forgotten = openPartition()
now = digits(nowMs())
local isHeld = tonumber(redis.call('ZSCORE', KEYS[3], process) or 0) > tonumber(now)
if isHeld ~= (mode == 'held') then
  return { epoch, 0 }
end
local refusal = ARGV[CHANNELS_AT] and whyNotAnnounce(ARGV[CHANNELS_AT + 2])
if refusal then
  return refusal
end
local answer = { epoch, 1 }
for at = firstChange, #ARGV, OF_CHANGE do
  local number, kind, member, about, info = unpack(ARGV, at, at + OF_CHANGE - 1)
  local of = CHANNELS_AT + OF_CHANNEL * (number - 1)
  local members, log = KEYS[5 + 2 * number], KEYS[6 + 2 * number]
  more = more - 1
  if kind == 'leave' then
    release(of, members, log, member)
  elseif not hold(of, members, log, member, about, info) then
    answer[#answer + 1] = (at - firstChange) / OF_CHANGE
  end
end
finish()
return answer
