-- Puts a message aside until a time. Changes nothing when run twice.
-- KEYS: 1 meta, 2 inbox, 3 the message put aside, 4 due, 5 inbox of the worker in the first slot, if there is one
-- ARGV: 1 id of its entry, 2 name of the message put aside, 3 delay in ms, 4 whether an attempt failed 0/1
-- Returns OK, STALE when the entry is gone, GONE.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'v', 'ma')
if not meta[1] then
  return 'GONE'
end
local entry = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1])[1]
if not entry then
  return 'STALE'
end
redis.call('ZCARD', KEYS[4])
number(meta[2] or '0')
in_any_case(KEYS[1])
local member = 'm:' .. ARGV[2]
redis.call('HSET', KEYS[3], unpack(entry[2]))
if ARGV[4] == '1' then
  redis.call('HINCRBY', KEYS[3], 'a', 1)
end
if redis.call('ZADD', KEYS[4], digits(math.floor(micros() / 1000) + tonumber(ARGV[3])), member) == 1 then
  redis.call('HINCRBY', KEYS[1], 'ma', 1)
end
redis.call('XDEL', KEYS[2], ARGV[1])
if redis.call('ZRANGE', KEYS[4], 0, 0)[1] == member then
  wake(5, meta[1])
end
return 'OK'
