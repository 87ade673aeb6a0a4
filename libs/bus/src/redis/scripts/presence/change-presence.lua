-- Changes which members a process holds, and stores a message for each member that comes or goes (after store.lua
-- and webhooks.lua).
-- KEYS[3] the leases: sorted set of the processes, scored by the time at which each ends, in ms
-- KEYS[4] what the process holds: set of `<channel>\n<member>`
-- KEYS[5], KEYS[6] for the first change: the members of the channel, a hash of `<since> <process> … \n<about>\n<info>` by member;
-- the log of its companion, see store.lua; two more for each further change
-- ARGV[5] the process  ARGV[6] 'held' if it must have its lease, 'expired' if it must not
-- ARGV[7] most members of a channel  ARGV[8], ARGV[9] first lines of the bodies of a join and of a leave
-- ARGV[10] what webhooks.lua wants
-- ARGV[11] for the first change: 'join' or 'leave'  ARGV[12] channel  ARGV[13] its companion  ARGV[14] channel of the announcements
-- ARGV[15] entries kept  ARGV[16] their ttl in ms  ARGV[17] member  ARGV[18] about  ARGV[19] info; nine more for each further change
-- Answers {epoch, 1 if the lease is as it must be, else 0 and nothing was changed, indexes from 0 of the joins without room …}.
local process, mode, most = ARGV[5], ARGV[6], tonumber(ARGV[7])
local joinHead, leaveHead = ARGV[8] .. '\n', ARGV[9] .. '\n'
local held, webhooks = KEYS[4], ARGV[10]
local FIRST, PER_CHANGE = 11, 9

local function parse(value)
  return value:match('^(%d+)( [^\n]*)\n([^\n]*)\n(.*)$')
end

local function hold(members, log, channel, companion, announcementChannel, size, ttlMs, member, about, info)
  local value = redis.call('HGET', members, member)
  if not value and redis.call('HLEN', members) >= most then
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
    store(companion, log, announcementChannel, joinHead .. data, size, ttlMs)
    if not value and redis.call('HLEN', members) == 0 then
      addWebhook(webhooks, 'channel.occupied', channel, 'null', now)
    end
    if not value then
      addWebhook(webhooks, 'member.joined', channel, data, now)
    end
  end
  if not isHolder then
    processes = processes .. process .. ' '
    redis.call('SADD', held, channel .. '\n' .. member)
  end
  redis.call('HSET', members, member, since .. processes .. '\n' .. knownAbout .. '\n' .. info)
  return true
end

local function release(members, log, channel, companion, announcementChannel, size, ttlMs, member)
  local value = redis.call('HGET', members, member)
  if value then
    local since, processes, about, info = parse(value)
    local at = processes:find(' ' .. process .. ' ', 1, true)
    if at then
      local others = processes:sub(1, at) .. processes:sub(at + #process + 2)
      if others == ' ' then
        local data = about:sub(1, -2) .. ',"since":' .. since .. '}'
        store(companion, log, announcementChannel, leaveHead .. data, size, ttlMs)
        redis.call('HDEL', members, member)
        addWebhook(webhooks, 'member.left', channel, data, now)
        if redis.call('HLEN', members) == 0 then
          addWebhook(webhooks, 'channel.vacated', channel, 'null', now)
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
local refusal = ARGV[FIRST] and whyNotAnnounce(ARGV[FIRST + 3])
if refusal then
  return refusal
end
local answer = { epoch, 1 }
local key = 5
for at = FIRST, #ARGV, PER_CHANGE do
  local kind, channel, companion, announcementChannel, size, ttlMs, member, about, info = unpack(ARGV, at, at + PER_CHANGE - 1)
  if kind == 'leave' then
    release(KEYS[key], KEYS[key + 1], channel, companion, announcementChannel, size, ttlMs, member)
  elseif not hold(KEYS[key], KEYS[key + 1], channel, companion, announcementChannel, size, ttlMs, member, about, info) then
    answer[#answer + 1] = (at - FIRST) / PER_CHANGE
  end
  key = key + 2
end
finish()
return answer
