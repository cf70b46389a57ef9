-- Begins the end of an incarnation: it takes nothing new, and its workers stop what runs. Changes nothing when run twice.
-- KEYS: 1 pool, 2 meta, 3.. inboxes of the workers in the ring
-- ARGV: 1 incarnation
-- Returns OK, GONE when it is over.
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/out_of_memory.lua

local pool = redis.call('HMGET', KEYS[1], 'g', 'st')
local meta = redis.call('HMGET', KEYS[2], 'st', 'v')
if not meta[1] or pool[1] ~= ARGV[1] then
  return 'GONE'
end
if meta[1] == 'open' then
  in_any_case(KEYS[2])
  redis.call('HSET', KEYS[2], 'st', 'closing')
  redis.call('HSET', KEYS[1], 'st', 'closing')
  wake(3, meta[2])
end
return 'OK'
