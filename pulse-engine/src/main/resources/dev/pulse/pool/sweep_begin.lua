-- Takes a worker whose lease ended out of the ring, so that others can take its jobs. Changes nothing when run twice.
-- KEYS: 1 meta, 2 leases, 3 workers being swept, 4.. inboxes of the others in the ring
-- ARGV: 1 worker, 2 ring version, 3 slots without it
-- Returns {'OK', version, slots}, {'NOTYET', ms} when its lease lasts that long, or the living may not have had the time
-- to renew theirs, {'UNKNOWN'} when it is no worker, {'RING', version, slots} when the version given is not the pool's,
-- {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'v', 'ring', 'T', 'bt', 'sb')
if not meta[1] then
  return {'GONE'}
end
local worker, version, slots = ARGV[1], meta[2], meta[3] or ''
if redis.call('ZSCORE', KEYS[3], worker) then
  return {'OK', version, slots}
end
local ends = redis.call('ZSCORE', KEYS[2], worker)
if not ends then
  return {'UNKNOWN'}
end
local now, lease = math.floor(micros() / 1000), tonumber(meta[4])
local wait = math.max(tonumber(ends), tonumber(meta[6]) or 0) - now
if now - (tonumber(meta[5]) or now) > lease / 2 then
  wait = math.max(wait, 3 * math.min(lease / 6, 2000))
end
if wait > 0 then
  return {'NOTYET', math.ceil(wait)}
end
if version ~= ARGV[2] then
  return {'RING', version, slots}
end
in_any_case(KEYS[1])
redis.call('ZADD', KEYS[3], digits(now), worker)
redis.call('ZREM', KEYS[2], worker)
if slots ~= ARGV[3] then
  version, slots = digits(tonumber(version) + 1), ARGV[3]
  redis.call('HSET', KEYS[1], 'v', version, 'ring', slots)
  wake(4, version)
end
return {'OK', version, slots}
