-- Gives jobs of a worker that is being swept to their new owners. Changes nothing when run twice.
-- KEYS: 1 meta, 2 owned set, 3 inbox, 4 waiting, 5 workers being swept, then as in hand_out.lua
-- ARGV: 1 ring version, 2 the worker, then as in hand_out.lua
-- Returns {'OK', a reply for each job as in hand_out.lua}, {'NOTSWEPT'} when the worker is not being swept,
-- {'RING', version, slots} when the version given is not the pool's, {'GONE'}.
--@include /dev/pulse/pool/out_of_memory.lua
--@include /dev/pulse/pool/hand_out.lua
--@include /dev/pulse/pool/hand_over.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'v', 'f', 'hold', 'rg', 'ret', 'ring', 'q')
if not meta[1] then
  return {'GONE'}
end
if not redis.call('ZSCORE', KEYS[5], ARGV[2]) then
  return {'NOTSWEPT'}
end
if meta[2] ~= ARGV[1] then
  return {'RING', meta[2], meta[7] or ''}
end
return hand_over(named_jobs(5, 2), {st = meta[1], f = meta[3], hold = meta[4], rg = meta[5], ret = meta[6], q = meta[8]}, ARGV[2],
  KEYS[2], KEYS[3], KEYS[4])
