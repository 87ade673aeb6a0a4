-- What is stored of many channels.
-- KEYS[3] … their logs, see store.lua
-- ARGV[4] … the ttl of their entries in ms, in the same order
-- Answers {messages, time of the newest or 0} of each, in one list.
local answers, now = {}, nowMs()
for index = 3, #KEYS do
  local log = KEYS[index]
  dropExpired(log, now, tonumber(ARGV[index + 1]))
  local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  answers[#answers + 1] = redis.call('XLEN', log)
  answers[#answers + 1] = newest and timeOf(newest) or 0
end
return answers
