-- Does on separate keys all that the other scripts do, so that a missing right shows before an append is stored by halves.
-- KEYS[1] the partition  KEYS[2] last  KEYS[3] a log  KEYS[4] an idempotency key  KEYS[5] a value  KEYS[6] a rate count
-- ARGV[1] the channel to announce on  ARGV[2] the announcement
-- Answers {why not read, why not write, why not announce}, each '' if it works.
-- Proofs of other processes at the same time do not interfere, and it leaves nothing behind.
local failures = { read = '', write = '', announce = '' }

local function try(ability, command, ...)
  local reply = redis.pcall(command, ...)
  if type(reply) == 'table' and reply.err and failures[ability] == '' then
    failures[ability] = reply.err:gsub(' script: .*', '') .. ': ' .. command
  end
end

local _, _, log, idempotency, value, rate = unpack(KEYS)

try('read', 'TIME')
try('read', 'HMGET', KEYS[1], 'epoch')
try('read', 'ZSCORE', KEYS[2], ARGV[1])
try('read', 'ZMSCORE', KEYS[2], ARGV[1])
try('read', 'ZCARD', KEYS[2])
try('read', 'EXISTS', log)
try('read', 'XRANGE', log, '-', '+', 'COUNT', 1)
try('read', 'XREVRANGE', log, '+', '-', 'COUNT', 1)
try('read', 'XLEN', log)
try('read', 'ZRANGEBYSCORE', KEYS[2], 1, 1, 'LIMIT', 0, 1)
try('read', 'SCAN', '0', 'COUNT', 1)
try('read', 'GET', value)
try('read', 'HGETALL', rate)
try('read', 'HGET', rate, 'c')
try('read', 'HLEN', rate)
try('read', 'HSCAN', rate, '0')
try('read', 'SRANDMEMBER', value, 1)
try('read', 'SMEMBERS', value)
try('read', 'SCARD', value)

-- The first write is one that Redis refuses when memory is short: after it Redis refuses nothing more in a script.
try('write', 'HINCRBY', rate, 'c', 1)
try('write', 'UNLINK', log, idempotency, value, rate)
try('write', 'HSET', rate, 'w', 1)
try('write', 'HDEL', rate, 'c')
try('write', 'PEXPIRE', rate, 1000)
try('write', 'ZADD', idempotency, 1, ARGV[2])
try('write', 'ZREM', idempotency, ARGV[2])
try('write', 'ZREMRANGEBYSCORE', idempotency, 1, 1)
try('write', 'ZPOPMIN', idempotency, 1)
try('write', 'SADD', value, ARGV[2])
try('write', 'SREM', value, ARGV[2])
try('write', 'SET', idempotency, ARGV[2], 'PX', 1000)
try('write', 'SET', value, ARGV[2], 'PX', 1000)
try('write', 'XADD', log, 'MAXLEN', '=', 1, '1-0', 'p', 0)
try('write', 'PEXPIRE', log, 1000)
try('write', 'XTRIM', log, 'MINID', '=', 2)
try('write', 'XDEL', log, '1-0')
try('write', 'UNLINK', log, idempotency, value, rate)

try('announce', 'PUBLISH', ARGV[1], ARGV[2])

return { failures.read, failures.write, failures.announce }
