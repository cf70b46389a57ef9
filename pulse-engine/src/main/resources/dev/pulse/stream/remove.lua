-- Removes events of one incarnation.
-- KEYS: 1 lifecycle record, 2 stream key
-- ARGV: 1 generation, 2.. ids
-- Returns {1, how many were there}, or {0, generation, state} when the incarnation is not the active one.

local record = redis.call('HMGET', KEYS[1], 'generation', 'state')
local generation, state = tonumber(record[1]), record[2]
if not generation then
  if ARGV[1] ~= '1' then
    return {0, 0, 'lost'}
  end
elseif generation ~= tonumber(ARGV[1]) or state ~= 'active' then
  return {0, generation, state or 'destroyed'}
end
return {1, redis.call('XDEL', KEYS[2], unpack(ARGV, 2))}
