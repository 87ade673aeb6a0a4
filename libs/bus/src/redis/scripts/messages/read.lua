-- Reads consecutive entries of one channel.
-- KEYS[3] the log, see store.lua  KEYS[4] the runs of deleted messages, see runs.lua
-- KEYS[5] the end of the channel, see append.lua
-- ARGV[4] channel  ARGV[5] ttl of the entries in ms  ARGV[6] 'after', 'before' or 'rewind'
-- ARGV[7] most entries; for 'rewind' counted back from the newest
-- For 'after' and 'before': ARGV[8] the seq after or before which it begins  ARGV[9] bytes at which it ends
-- ARGV[10] bytes of a message besides its data
-- Answers {epoch, head, last, entries, seq of the oldest entry stored or 0}, the entries as in the stream, in the order of the
-- read. The first one after `seq` has no deleted message before it.
local log, runs, ending, kind = KEYS[3], KEYS[4], KEYS[5], ARGV[6]
local maxEntries, seq, overhead = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[10])

-- Entries per XRANGE, fewer before their size is known: all at once could exceed the memory.
local STRIDE, FIRST_STRIDE = 64, 8

local function bytesOf(entry)
  local body = entry[2][6]
  return overhead + #body - body:find('\n', 1, true)
end

-- `oldest`: the log's oldest entry. Its size is the guess for the first stride, so that large messages are not read in vain.
local function pageOf(oldest, command, from, to)
  local entries, bytes, read = {}, tonumber(ARGV[9]), 0
  local size, stride = oldest and bytesOf(oldest), FIRST_STRIDE
  while oldest and #entries < maxEntries and read < bytes do
    local count = math.min(maxEntries - #entries, stride, math.ceil((bytes - read) / size))
    local found = redis.call(command, log, from, to, 'COUNT', count)
    for _, entry in ipairs(found) do
      entries[#entries + 1] = entry
      read = read + bytesOf(entry)
      if read >= bytes then
        break
      end
    end
    if #found < count then
      break
    end
    size, stride = read / #entries, STRIDE
    from = '(' .. found[count][1]
  end
  return entries
end

local function after(oldest)
  local entries = pageOf(oldest, 'XRANGE', digits(seq + 1), '+')
  local first = entries[1]
  if first and prevOf(first) > seq then
    local before = runThrough(runs, prevOf(first))
    first[2][2] = before and digits(before) or first[2][2]
  end
  return entries
end

local function before(oldest)
  return pageOf(oldest, 'XREVRANGE', digits(math.max(seq - 1, 0)), '-')
end

local function rewind()
  local left, before, oldest = maxEntries, '+', nil
  while left > 0 do
    local found = redis.call('XREVRANGE', log, before, '-', 'COUNT', math.min(left, STRIDE))
    if #found == 0 then
      break
    end
    oldest = found[#found]
    before = '(' .. oldest[1]
    left = left - #found
  end
  return { oldest }
end

-- The last message of a channel that has ended, if the log has dropped it. Then nothing but notices of deletions is in the log.
local function endBefore(oldest)
  if oldest and not oldest[2][6]:find('^{"event":"tetracast:deleted"') then
    return nil
  end
  local last = redis.call('XRANGE', ending, '-', '+')[1]
  return last and (not oldest or seqOf(last) < seqOf(oldest)) and last or nil
end

local function withEnd(entries, last)
  if kind == 'after' and seqOf(last) > seq then
    table.insert(entries, 1, last)
  elseif kind == 'before' and seqOf(last) < seq and #entries < maxEntries then
    entries[#entries + 1] = last
  elseif kind == 'rewind' and (#entries == 0 or redis.call('XLEN', log) < maxEntries) then
    return { last }
  end
  return entries
end

local epoch, head, forgotten = openPartition()
-- In this order: the last number must not come from entries that have just expired.
local oldest = dropExpired(log, nowMs(), tonumber(ARGV[5]))
local last = lastOf(ARGV[4], log, head, forgotten, ending)

local entries = kind == 'after' and after(oldest) or kind == 'before' and before(oldest) or rewind()
local dropped = endBefore(oldest)
if dropped then
  entries, oldest = withEnd(entries, dropped), dropped
end
return { epoch, head, last, entries, oldest and seqOf(oldest) or 0 }
