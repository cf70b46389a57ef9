-- Adds to an integer in a replicated map.
-- KEYS: 1 content
-- ARGV: 1 channel, 2 ttl in ms or 0, 3 sliding 0/1, 4 key, 5 amount
-- Returns the sum as text; an error, with nothing changed, when the value is no integer of 64 bits or the sum is none.
--@include /dev/pulse/wire/map.lua
--@include /dev/pulse/map/ttl.lua

local content, key = KEYS[1], ARGV[4]
map_check_key(key)
local previous = redis.call('HGET', content, key)
redis.call('HINCRBY', content, key, ARGV[5])
-- the reply above is rounded here where it is large
local sum = redis.call('HGET', content, key)
local told, failure = pcall(map_set, content, ARGV[1], key, sum)
if not told then
    -- no change without its message
    if previous then
        redis.call('HSET', content, key, previous)
    else
        redis.call('HDEL', content, key)
    end
    error(failure, 0)
end
map_ttl(content, ARGV[2], ARGV[3])
return sum
