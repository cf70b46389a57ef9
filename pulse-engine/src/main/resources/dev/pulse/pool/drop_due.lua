-- Drops what is neither a job nor a message from among what waits for a time. Changes nothing when run twice.
-- KEYS: 1 meta, 2 due
-- ARGV: its names there
-- Returns how many were dropped.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'dd')
if not meta[1] then
  return 0
end
number(meta[2] or '0')
redis.call('ZCARD', KEYS[2])
in_any_case(KEYS[1])
local dropped = redis.call('ZREM', KEYS[2], unpack(ARGV))
redis.call('HINCRBY', KEYS[1], 'dd', dropped)
return dropped
