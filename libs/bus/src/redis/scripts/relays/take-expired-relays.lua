-- Gives the caller some relays whose lease has expired.
-- KEYS[3] the leases, see admit-relay.lua
-- ARGV[4] how long the caller has them, in ms  ARGV[5] most relays
-- Answers their channels.
local now = nowMs()
local expired = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, ARGV[5])
for _, channel in ipairs(expired) do
  redis.call('ZADD', KEYS[3], now + tonumber(ARGV[4]), channel)
end
return expired
