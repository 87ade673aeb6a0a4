-- Sends a question to all processes. It needs no partition.
-- KEYS[1] hash of the names of processes by their ids
-- ARGV[1] prefix of the channel of a process, before its id  ARGV[2] the question
-- Answers {{id, name}, …} of the processes that receive it; the others have ended, and their names are removed.
local found = redis.call('HGETALL', KEYS[1])
local asked = {}
for i = 1, #found, 2 do
  if redis.call('PUBLISH', ARGV[1] .. found[i], ARGV[2]) > 0 then
    asked[#asked + 1] = { found[i], found[i + 1] }
  else
    redis.call('HDEL', KEYS[1], found[i])
  end
end
return asked
