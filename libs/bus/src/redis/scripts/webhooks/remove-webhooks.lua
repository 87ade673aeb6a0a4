-- Removes webhooks that were sent (after webhooks.lua).
-- KEYS[1], KEYS[2] the queue, see webhooks.lua
-- ARGV[1] how many of the dropped are reported  ARGV[2] … the ids of those that were sent
local queue = openWebhooks(KEYS[1], KEYS[2])
queue.count(0, -tonumber(ARGV[1]))
for at = 2, #ARGV do
  local entry = redis.call('XRANGE', KEYS[1], ARGV[at], ARGV[at])[1]
  if entry then
    queue.remove(entry, 0)
  end
end
return 0
