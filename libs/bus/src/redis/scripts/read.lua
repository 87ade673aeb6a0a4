-- Reads a stretch of one channel.
-- KEYS[3] the log, see append.lua
-- ARGV[4] channel  ARGV[5] ttl of the entries in ms  ARGV[6] 'after' or 'rewind'
-- ARGV[7] entries at most; for 'rewind' back from the newest
-- For 'after': ARGV[8] the least seq wanted  ARGV[9] bytes that end it  ARGV[10] those of a message besides its data
-- Answers {epoch, head, last, entries}, the entries as the stream has them, oldest first.
local log, most, besides = KEYS[3], tonumber(ARGV[7]), tonumber(ARGV[10])

-- So many entries are read at a time, and fewer before it is known how large they are: all at once could be more than there is memory for.
local STRIDE, FIRST_STRIDE = 64, 8

local function bytesOf(entry)
  local body = entry[2][6]
  return besides + #body - body:find('\n', 1, true)
end

-- `oldest`: of the log. By its size the first stride is guessed, so that not many large messages are read for few.
local function after(oldest)
  local entries, from, bytes, read = {}, ARGV[8], tonumber(ARGV[9]), 0
  local size, stride = oldest and bytesOf(oldest), FIRST_STRIDE
  while oldest and #entries < most and read < bytes do
    local count = math.min(most - #entries, stride, math.ceil((bytes - read) / size))
    local found = redis.call('XRANGE', log, from, '+', 'COUNT', count)
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

local function rewind()
  local left, before, oldest = most, '+', nil
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

local epoch, head, forgotten = openPartition()
-- In this order: of a log that has just expired the last number is not read off what Redis still has of it.
local oldest = dropExpired(log, nowMs(), tonumber(ARGV[5]))
local last = lastOf(ARGV[4], log, head, forgotten)

return { epoch, head, last, ARGV[6] == 'after' and after(oldest) or rewind() }
