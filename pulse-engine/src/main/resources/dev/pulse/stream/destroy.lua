-- Ends an incarnation: first for everybody, then its events, cursors and membership go.
-- KEYS: 1 lifecycle record, 2 stream key, 3 recovery cursors, 4 membership content
-- ARGV: 1 generation, 2 the membership's channel
-- Returns 1 when it was ended by this, 0 when it was over already, -1 when there is nothing to end.

local record = redis.call('HMGET', KEYS[1], 'generation', 'state')
local generation = tonumber(record[1])
local ours = tonumber(ARGV[1])
local outcome = 0
if not generation then
  -- a stream of v1.6, or one whose record vanished; only the first incarnation can be told from others then
  if ours ~= 1 or redis.call('EXISTS', KEYS[2]) == 0 then
    return -1
  end
  redis.call('HSET', KEYS[1], 'generation', '1', 'physical_key', KEYS[2])
  generation = 1
elseif generation > ours then
  -- its keys are never used again, so what an interrupted destroy left of it can go, save the flat key: v1.6 may use it
  return 0
elseif generation < ours then
  return -1
end
if record[2] ~= 'destroyed' then
  redis.call('HSET', KEYS[1], 'state', 'destroyed')
  outcome = 1
end
redis.call('UNLINK', KEYS[2], KEYS[3])
if redis.call('EXISTS', KEYS[4]) == 1 then
  local revision = redis.pcall('HINCRBY', KEYS[4], '=rev', 1)
  if type(revision) == 'number' then
    redis.call('PUBLISH', ARGV[2], 'destroy:' .. string.format('%.0f', revision))
  end
  redis.call('UNLINK', KEYS[4])
end
return outcome
