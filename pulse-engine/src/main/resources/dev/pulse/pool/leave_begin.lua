-- Takes a worker out of the ring, so that it gets nothing new. Changes nothing when run twice.
-- KEYS: 1 meta, 2 leases, 3 the worker, 4.. inboxes of the others in the ring
-- ARGV: 1 worker, 2 ring version, 3 slots without it
-- Returns {'OK', version, slots}, {'RING', version, slots} when the version given is not the pool's, {'LOST'} when it
-- has no lease, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'v', 'ring')
if not meta[1] then
  return {'GONE'}
end
local version, slots = meta[2], meta[3] or ''
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  return {'LOST'}
end
if not redis.call('HGET', KEYS[3], 'leaving') then
  if version ~= ARGV[2] then
    return {'RING', version, slots}
  end
  version, slots = digits(tonumber(version) + 1), ARGV[3]
  in_any_case(KEYS[1])
  redis.call('HSET', KEYS[3], 'leaving', '1')
  redis.call('HSET', KEYS[1], 'v', version, 'ring', slots)
  wake(4, version)
end
return {'OK', version, slots}
