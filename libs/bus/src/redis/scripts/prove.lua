-- Does on keys of its own all that the other scripts do, so that a right that is missing shows before something is stored by halves.
-- KEYS[1] the partition  KEYS[2] last  KEYS[3] a log  KEYS[4] an idempotency key  KEYS[5] a state  KEYS[6] a tally
-- ARGV[1] where it is announced  ARGV[2] what
-- Answers {why not read, why not write, why not announce}, each '' if it can.
-- What other processes prove at the same time does not mix with it, and nothing of it is left behind.
local failures = { read = '', write = '', announce = '' }

local function try(ability, command, ...)
  local reply = redis.pcall(command, ...)
  if type(reply) == 'table' and reply.err and failures[ability] == '' then
    failures[ability] = reply.err:gsub(' script: .*', '') .. ': ' .. command
  end
end

local _, _, log, once, state, tally = unpack(KEYS)

try('read', 'TIME')
try('read', 'HMGET', KEYS[1], 'epoch')
try('read', 'ZSCORE', KEYS[2], ARGV[1])
try('read', 'ZCARD', KEYS[2])
try('read', 'XRANGE', log, '-', '+', 'COUNT', 1)
try('read', 'XREVRANGE', log, '+', '-', 'COUNT', 1)
try('read', 'GET', state)

-- First one that Redis refuses when memory is short: after a write that it allows, it refuses nothing more in a script.
try('write', 'HINCRBY', tally, 'c', 1)
try('write', 'UNLINK', log, once, state, tally)
try('write', 'HSET', tally, 'w', 1)
try('write', 'PEXPIRE', tally, 1000)
try('write', 'ZADD', once, 1, ARGV[2])
try('write', 'ZPOPMIN', once, 1)
try('write', 'SET', once, ARGV[2], 'PX', 1000)
try('write', 'SET', state, ARGV[2], 'PX', 1000)
try('write', 'XADD', log, 'MAXLEN', '=', 1, '1-0', 'p', 0)
try('write', 'PEXPIRE', log, 1000)
try('write', 'XTRIM', log, 'MINID', '=', 2)
try('write', 'UNLINK', log, once, state, tally)

try('announce', 'PUBLISH', ARGV[1], ARGV[2])

return { failures.read, failures.write, failures.announce }
