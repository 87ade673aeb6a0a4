-- The oldest webhooks, for the one process that sends (after webhooks.lua).
-- ARGV[4] the process  ARGV[5] how long it sends from now, in ms  ARGV[6] most webhooks  ARGV[7] where to begin, as in XRANGE
-- Answers {webhooks dropped, entries of the stream}, or nothing if another process sends.
local queue = openWebhooks()
local sender = queue.key .. ':sender'
local known = redis.call('GET', sender)
if known and known ~= ARGV[4] then
  return nil
end
redis.call('SET', sender, ARGV[4], 'PX', ARGV[5])
return { queue.dropped(), redis.call('XRANGE', queue.key, ARGV[7], '+', 'COUNT', ARGV[6]) }
