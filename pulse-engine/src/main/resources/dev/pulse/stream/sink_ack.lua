-- Acknowledges an event that may not be ours any more, only if it is.
-- KEYS: 1 stream key
-- ARGV: 1 sink, 2 consumer, 3 id
-- Returns 1 when it was acknowledged, 0 when it is not ours.

local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1, ARGV[2])
if pending.err or #pending == 0 then
  return 0
end
return redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
