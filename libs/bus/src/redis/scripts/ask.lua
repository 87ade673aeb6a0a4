-- Sends a question to all processes. It needs no partition.
-- KEYS[1] hash of the names of processes by their ids
-- ARGV[1] prefix of the channel of a process, before its id  ARGV[2] how the message to a process begins
-- ARGV[3] ms in which an answer counts  ARGV[4] the question
-- Answers {{id, name}, …} of the processes that receive it; the others have ended, and their names are removed.
local time = redis.call('TIME')
local expiresAt = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[3])
local message = ARGV[2] .. string.format(' %.0f', expiresAt) .. '\n' .. ARGV[4]
local found = redis.call('HGETALL', KEYS[1])
local asked = {}
for i = 1, #found, 2 do
  if redis.call('PUBLISH', ARGV[1] .. found[i], message) > 0 then
    asked[#asked + 1] = { found[i], found[i + 1] }
  else
    redis.call('HDEL', KEYS[1], found[i])
  end
end
return asked
