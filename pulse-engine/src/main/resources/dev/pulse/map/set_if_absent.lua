-- Sets a key of a replicated map unless it has a value.
-- KEYS: 1 content
-- ARGV: 1 channel, 2 ttl in ms or 0, 3 sliding 0/1, 4 key, 5 value
-- Returns 1 when it was set, else 0.
--@include /dev/pulse/wire/map.lua
--@include /dev/pulse/map/ttl.lua

if redis.call('HEXISTS', KEYS[1], ARGV[4]) == 1 then
    return 0
end
map_set(KEYS[1], ARGV[1], ARGV[4], ARGV[5])
map_ttl(KEYS[1], ARGV[2], ARGV[3])
return 1
