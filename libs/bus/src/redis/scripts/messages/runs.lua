-- The runs of deleted messages of a channel, for the scripts that read or delete (scripts.ts puts this text after
-- partition.lua): sorted set of the seq before each run, scored by the last seq of the run. A message that is stored names its
-- predecessor, also when that is deleted; the runs show that nothing else is missing there.

-- The seq before the entry in its channel, stored or not.
local function prevOf(entry)
  return tonumber(entry[2][2])
end

-- The seq before the run of deleted messages that ends with `seq`, if one does.
local function runThrough(runs, seq)
  return tonumber(redis.call('ZRANGEBYSCORE', runs, digits(seq), digits(seq))[1])
end
