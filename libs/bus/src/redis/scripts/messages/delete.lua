-- Deletes messages of one channel, for the scripts that do so (scripts.ts puts this text after store.lua).
-- KEYS[3] the log, see store.lua
-- KEYS[4] the runs of deleted messages, see runs.lua
-- KEYS[5] the end of the channel, see append.lua
-- ARGV[5] channel  ARGV[6] channel of its announcements  ARGV[7] entries kept
-- ARGV[8] their ttl in ms  ARGV[9] body of a notice, with %s for the id of the deleted message
local channel, announcementChannel = ARGV[5], ARGV[6]
local size, ttlMs, notice = ARGV[7], ARGV[8], ARGV[9]
local log, runs, ending = KEYS[3], KEYS[4], KEYS[5]

local NOTICE_HEAD = notice:match('^[^\n]*\n')

local function isNotice(entry)
  return entry[2][6]:sub(1, #NOTICE_HEAD) == NOTICE_HEAD
end

-- Removes the runs before `oldest`: no message that is stored follows them.
local function forgetRuns(oldest)
  if oldest then
    redis.call('ZREMRANGEBYSCORE', runs, '-inf', '(' .. digits(prevOf(oldest)))
  end
end

-- Opens the channel again if this entry is its end.
local function removeEnd(entry)
  if entry[2][6]:find('^{"event":"tetracast:end"') and redis.call('XDEL', ending, entry[1]) == 1 then
    redis.call('UNLINK', ending)
  end
end

-- The end of the channel, if its log has it no longer.
local function endBesideLog()
  local last = redis.call('XRANGE', ending, '-', '+')[1]
  if last and not redis.call('XRANGE', log, last[1], last[1])[1] then
    return last
  end
end

-- Removes one entry, adds it to the runs, and announces a notice.
local function deleteEntry(entry)
  local seq, before = seqOf(entry), prevOf(entry)
  -- The notice first: an entry that is removed is never the newest.
  if not epoch then
    epoch, head, forgotten = openPartition()
  end
  store(channel, log, announcementChannel, notice:format(epoch .. '-' .. digits(seq)), size, ttlMs)
  redis.call('XDEL', log, entry[1])
  removeEnd(entry)
  local through = seq
  local following = redis.call('XRANGE', log, '(' .. entry[1], '+', 'COUNT', 1)[1]
  if following and prevOf(following) > seq then
    -- What follows it is deleted already.
    through = prevOf(following)
    redis.call('ZREM', runs, digits(seq))
  end
  local joined = runThrough(runs, before)
  if joined then
    before = joined
    redis.call('ZREM', runs, digits(before))
  end
  redis.call('ZADD', runs, through, digits(before))
  redis.call('PEXPIRE', runs, ttlMs)
end
