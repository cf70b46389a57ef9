-- Makes a worker live and a part of the ring. Changes nothing when run twice.
-- KEYS: 1 meta, 2 leases, 3 workers being swept, 4 workers that re-assert, 5 the worker, 6 its inbox, 7 waiting, 8..
--       inboxes of the others in the ring
-- ARGV: 1 worker, 2 ring version, 3 slots with it, 4 worker that it replaces or '', 5 node, 6 whether handlers of an
--       earlier worker still run that it will re-assert 0/1
-- Returns {'OK', version, slots, jobs waiting, on hold 0/1, recovering 0/1, lease in ms}, {'RING', version, slots} when the
-- version given is not the pool's, {'LOST'} when it has joined and is being swept, {'CLOSING'}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'v', 'ring', 'T', 'hold', 'rg')
if not meta[1] then
  return {'GONE'}
end
if meta[1] ~= 'open' then
  return {'CLOSING'}
end
local worker, version, slots, replaces, asserts = ARGV[1], meta[2], meta[3] or '', ARGV[4], ARGV[6] == '1'
local now = math.floor(micros() / 1000)
-- what is none of our keys fails before anything is changed
local ends, held = now + tonumber(meta[4]), tonumber(meta[5]) > now and 1 or 0
local waiting = redis.call('ZCARD', KEYS[7])
redis.call('SCARD', KEYS[4])
redis.call('HGET', KEYS[5], 'seq')
local recovering = meta[6] and 1 or 0
if not redis.call('ZSCORE', KEYS[2], worker) then
  if redis.call('ZSCORE', KEYS[3], worker) then
    return {'LOST'}
  end
  if version ~= ARGV[2] then
    return {'RING', version, slots}
  end
  version, slots = digits(tonumber(version) + 1), ARGV[3]
  in_any_case(KEYS[1])
  -- made now, since from here on only an inbox that is there is written to
  redis.call('XADD', KEYS[6], '*', 'y', 'r', 'v', version)
  if asserts then
    redis.call('SADD', KEYS[4], worker)
  end
  redis.call('HSET', KEYS[5], 'node', ARGV[5], 'seq', '0', 'at', digits(now))
  redis.call('ZADD', KEYS[2], digits(ends), worker)
  if replaces ~= '' and redis.call('ZREM', KEYS[2], replaces) == 1 then
    redis.call('ZADD', KEYS[3], digits(now), replaces)
  end
  if asserts and not meta[6] then
    -- whoever lost the state came late: until it has said what it runs, nothing is handed out
    redis.call('HSET', KEYS[1], 'v', version, 'ring', slots, 'rg', digits(now))
    recovering = 1
  else
    redis.call('HSET', KEYS[1], 'v', version, 'ring', slots)
  end
  wake(8, version)
end
return {'OK', version, slots, waiting, held, recovering, tonumber(meta[4])}
