-- Removes webhooks that were sent (after webhooks.lua).
-- ARGV[4] how many of the dropped are reported  ARGV[5] … the ids of those that were sent
countWebhooks(0, -tonumber(ARGV[4]))
for at = 5, #ARGV do
  local entry = redis.call('XRANGE', webhookKey(''), ARGV[at], ARGV[at])[1]
  if entry then
    removeWebhook(entry, 0)
  end
end
return 0
