-- Deletes keys that an incarnation owned, if it is over.
-- KEYS: 1 lifecycle record, 2 the set of what it owned, 3.. members of it
-- ARGV: 1 generation
-- Returns 1, or 0 when the incarnation is not over.

local record = redis.call('HMGET', KEYS[1], 'generation', 'state')
local generation, ours = tonumber(record[1]), tonumber(ARGV[1])
if not generation or generation < ours or (generation == ours and record[2] ~= 'destroyed') then
  return 0
end
redis.call('UNLINK', unpack(KEYS, 3))
redis.call('SREM', KEYS[2], unpack(KEYS, 3))
return 1
