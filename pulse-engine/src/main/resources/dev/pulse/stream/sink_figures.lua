-- How far a sink is behind, over all its consumers.
-- KEYS: 1 stream key, 2 recovery cursors
-- ARGV: 1 sink
-- Returns {lag, pending, age of the oldest pending event in ms, ms between the cursor and the last event handed out}, where
-- -1 means that Redis does not know (the lag before 7.0 and after some deletions), that nothing is pending, or that there
-- is no cursor yet; or {} when there is no group.
--@include /dev/pulse/stream/group_info.lua

local function millis(id)
  return tonumber(string.match(id, '^(%d+)'))
end

local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1])
if pending.err then
  return {}
end
local group = group_info(KEYS[1], ARGV[1])
local age = -1
if pending[1] > 0 then
  local now = redis.call('TIME')
  age = math.max(0, tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) - millis(pending[2]))
end
local cursor = redis.call('HGET', KEYS[2], ARGV[1])
local distance = cursor and math.max(0, millis(group['last-delivered-id']) - millis(cursor)) or -1
return {group['lag'] or -1, pending[1], age, distance}
