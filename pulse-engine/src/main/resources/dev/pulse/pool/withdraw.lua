-- Sees to it that a dispatch that is not known is never accepted. Changes nothing when run twice.
-- KEYS: 1 meta, 2 job, 3 outcome
-- ARGV: 1 key, 2 dispatch id
-- Returns {'WITHDRAWN'}, what is known of it as ask.lua tells it, {'RECOVERING'} when it may still turn up, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/known.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'rg', 'ret')
if not meta[1] then
  return {'GONE'}
end
local found = known(KEYS[2], KEYS[3], ARGV[2])
if found and found[2] ~= 'withdrawn' then
  return found
end
if meta[2] then
  return {'RECOVERING'}
end
number(meta[3])
in_any_case(KEYS[1])
redis.call('HSET', KEYS[3], 'k', ARGV[1], 'st', 'withdrawn')
redis.call('PEXPIRE', KEYS[3], meta[3])
return {'WITHDRAWN'}
