-- Renews leases of relays.
-- KEYS[3] the leases, see admit-relay.lua
-- ARGV[4] time to the end of each, in ms  ARGV[5] … the channels
-- Answers the channels that have none any more.
local lost = {}
local ends = nowMs() + tonumber(ARGV[4])
for at = 5, #ARGV do
  if redis.call('ZSCORE', KEYS[3], ARGV[at]) then
    redis.call('ZADD', KEYS[3], ends, ARGV[at])
  else
    lost[#lost + 1] = ARGV[at]
  end
end
return lost
