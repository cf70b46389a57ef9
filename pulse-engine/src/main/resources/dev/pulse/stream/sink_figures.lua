-- How far a sink is behind, over all its consumers.
-- KEYS: 1 stream key
-- ARGV: 1 sink
-- Returns {lag, pending, age of the oldest pending event in ms}, where -1 means that Redis does not know (the lag before
-- 7.0 and after some deletions) or that nothing is pending; or {} when there is no group.

local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1])
if pending.err then
  return {}
end
local lag = -1
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local info = {}
  for i = 1, #group, 2 do
    info[group[i]] = group[i + 1]
  end
  if info.name == ARGV[1] and info.lag then
    lag = info.lag
  end
end
local age = -1
if pending[1] > 0 then
  local now = redis.call('TIME')
  local added = tonumber(string.match(pending[2], '^(%d+)'))
  age = math.max(0, tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) - added)
end
return {lag, pending[1], age}
