-- Deletes a key of a replicated map.
-- KEYS: 1 content
-- ARGV: 1 channel, 2 ttl in ms or 0, 3 sliding 0/1, 4 key
-- Returns the value it had, or nil when it was absent and nothing changed.
--@include /dev/pulse/wire/map.lua
--@include /dev/pulse/map/ttl.lua

local previous = redis.call('HGET', KEYS[1], ARGV[4])
if previous then
    map_delete(KEYS[1], ARGV[1], ARGV[4])
    map_ttl(KEYS[1], ARGV[2], ARGV[3])
end
return previous
