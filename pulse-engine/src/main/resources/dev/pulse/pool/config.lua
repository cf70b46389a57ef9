-- Changes shared settings. Changes nothing when run twice.
-- KEYS: 1 meta, 2.. inboxes of workers that are to look at what waits
-- ARGV: 1 version of the settings that are known, then names and values
-- Returns {'OK', version}; {'CHANGED', version} when that is not the one known, and the values are others; {'GONE'}.
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'cv', 'v')
if not meta[1] then
  return {'GONE'}
end
local same = true
for i = 2, #ARGV, 2 do
  same = same and redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1]
end
if same then
  return {'OK', meta[2]}
end
if meta[2] ~= ARGV[1] then
  return {'CHANGED', meta[2]}
end
in_any_case(KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
local version = redis.call('HINCRBY', KEYS[1], 'cv', 1)
wake(2, meta[3])
return {'OK', tostring(version)}
