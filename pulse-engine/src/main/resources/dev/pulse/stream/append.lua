-- Appends an entry to a stream whose key is absent, or may be: the first one, or after a loss of state.
-- KEYS: 1 lifecycle record, 2 flat stream key, 3 stream key of the handle's generation
-- ARGV: 1 generation; 2 retention; then fields and values of the entry
-- Returns {1, id}, {0, generation, state} when the incarnation is not the active one, {-1, deadline} when it is over.
--@include /dev/pulse/stream/lifecycle.lua

local ok, generation, physical, retention = establish(KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2])
if not ok then
  return {0, generation, physical}
end
if is_over(retention) then
  return {-1, string.match(retention, '|value=(%d+)|')}
end
local absent = redis.call('EXISTS', KEYS[3]) == 0
local command = {'XADD', KEYS[3]}
local max = string.match(retention, '|max=(%d+)|')
if max and max ~= '0' then
  command[3], command[4], command[5] = 'MAXLEN', '=', max
end
command[#command + 1] = '*'
for i = 3, #ARGV do
  command[#command + 1] = ARGV[i]
end
local id = redis.call(unpack(command))
if absent or string.find(retention, '|sliding=true', 1, true) then
  expire(KEYS[3], retention)
end
return {1, id}
