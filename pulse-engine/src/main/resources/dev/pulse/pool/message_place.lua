-- Gives a message that was put aside to the worker that the ring has for its key. Changes nothing when run twice.
-- KEYS: 1 meta, 2 due, 3 the message, 4 inbox of the owner
-- ARGV: 1 ring version, 2 name of the message
-- Returns {'OK'}, {'STALE'} when it is not put aside, {'NOTYET'} when its time has not come, {'RING', version, slots} when
-- the version given is not the pool's, {'CLOSING'}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'v', 'ma')
if not meta[1] then
  return {'GONE'}
end
if meta[1] ~= 'open' then
  return {'CLOSING'}
end
local member = 'm:' .. ARGV[2]
local due = redis.call('ZSCORE', KEYS[2], member)
if not due then
  return {'STALE'}
end
if tonumber(due) > micros() / 1000 then
  return {'NOTYET'}
end
if meta[2] ~= ARGV[1] then
  return {'RING', meta[2], redis.call('HGET', KEYS[1], 'ring') or ''}
end
local message = redis.call('HGETALL', KEYS[3])
number(meta[3] or '0')
in_any_case(KEYS[1])
if #message > 0 then
  redis.call('XADD', KEYS[4], '*', unpack(message))
  redis.call('HINCRBY', KEYS[1], 'ma', -1)
end
redis.call('ZREM', KEYS[2], member)
redis.call('DEL', KEYS[3])
return {#message > 0 and 'OK' or 'STALE'}
