-- The oldest webhooks, for the one process that sends (after webhooks.lua).
-- KEYS[1], KEYS[2] the queue, see webhooks.lua  KEYS[3] the name of the process that sends
-- ARGV[1] the process  ARGV[2] how long it sends from now, in ms  ARGV[3] most webhooks  ARGV[4] where to begin, as in XRANGE
-- Answers {webhooks dropped, entries of the stream}, or nothing if another process sends.
local stream, state, sender = unpack(KEYS)
local known = redis.call('GET', sender)
if known and known ~= ARGV[1] then
  return nil
end
redis.call('SET', sender, ARGV[1], 'PX', ARGV[2])
return { openWebhooks(stream, state).dropped(), redis.call('XRANGE', stream, ARGV[4], '+', 'COUNT', ARGV[3]) }
