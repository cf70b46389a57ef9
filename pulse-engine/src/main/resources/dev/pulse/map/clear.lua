-- Deletes all keys of a replicated map, perhaps only if some have certain values. The revision goes on counting; a TTL
-- ends.
-- KEYS: 1 content
-- ARGV: 1 channel, 2 reset or destroy, 3.. pairs of a key and the value it must have
-- Returns 1 when they were deleted, or there were none; 0 when a value is another.
--@include /dev/pulse/wire/map.lua

local content, kind = KEYS[1], ARGV[2]
for i = 3, #ARGV, 2 do
    if redis.call('HGET', content, ARGV[i]) ~= ARGV[i + 1] then
        return 0
    end
end
local revision = map_next_revision(content)
-- what can fail comes first, as in map_set
redis.call('PUBLISH', ARGV[1], kind .. ':' .. revision)
redis.call('UNLINK', content)
redis.call('HSET', content, '=rev', revision, '=kind', kind)
return 1
