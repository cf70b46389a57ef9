-- Sets a key of a replicated map.
-- KEYS: 1 content
-- ARGV: 1 channel, 2 ttl in ms or 0, 3 sliding 0/1, 4 key, 5 value
-- Returns {revision, previous value or nil}.
--@include /dev/pulse/wire/map.lua
--@include /dev/pulse/map/ttl.lua

local previous = redis.call('HGET', KEYS[1], ARGV[4])
local revision = map_set(KEYS[1], ARGV[1], ARGV[4], ARGV[5])
map_ttl(KEYS[1], ARGV[2], ARGV[3])
return {revision, previous}
