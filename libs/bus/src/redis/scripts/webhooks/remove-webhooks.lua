-- Removes webhooks that were sent (after webhooks.lua).
-- ARGV[4] how many of the dropped are reported  ARGV[5] … the ids of those that were sent
local queue = openWebhooks()
queue.count(0, -tonumber(ARGV[4]))
for at = 5, #ARGV do
  local entry = redis.call('XRANGE', queue.key, ARGV[at], ARGV[at])[1]
  if entry then
    queue.remove(entry, 0)
  end
end
return 0
