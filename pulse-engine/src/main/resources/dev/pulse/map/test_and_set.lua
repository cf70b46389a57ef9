-- Sets a key of a replicated map if it has a certain value.
-- KEYS: 1 content
-- ARGV: 1 channel, 2 ttl in ms or 0, 3 sliding 0/1, 4 key, 5 value it must have, 6 new value
-- Returns 1 when it was set, else 0.
--@include /dev/pulse/wire/map.lua
--@include /dev/pulse/map/ttl.lua

if redis.call('HGET', KEYS[1], ARGV[4]) ~= ARGV[5] then
    return 0
end
map_set(KEYS[1], ARGV[1], ARGV[4], ARGV[6])
map_ttl(KEYS[1], ARGV[2], ARGV[3])
return 1
