-- Appends a dead letter to its stream again, for everybody, and removes it.
-- KEYS: of the stream: 1 lifecycle record, 2 flat key, 3 key of the handle's generation; 4 key of the dead-letter stream
-- ARGV: 1 generation of the handle, 2 retention for a record that has to be written, 3 id of the dead letter
-- Returns {1, id}, {2} when there is no such dead letter, {0, generation, state} when the incarnation is not the active
-- one, {-1, deadline} when the stream takes nothing any more.
--@include /dev/pulse/stream/lifecycle.lua

local entry = redis.call('XRANGE', KEYS[4], ARGV[3], ARGV[3])[1]
if not entry then
  return {2}
end
local ok, generation, physical, retention = establish(KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2])
if not ok then
  return {0, generation, physical}
end
if is_over(retention) then
  return {-1, string.match(retention, '|value=(%d+)|')}
end
local fields = {}
for i = 1, #entry[2], 2 do
  if string.sub(entry[2][i], 1, 14) ~= 'h:dead-letter-' then
    fields[#fields + 1] = entry[2][i]
    fields[#fields + 1] = entry[2][i + 1]
  end
end
local id = append(KEYS[3], retention, fields, 1)
redis.call('XDEL', KEYS[4], ARGV[3])
return {1, id}
