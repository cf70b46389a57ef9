-- Adds items to a list in a replicated map.
-- KEYS: 1 content
-- ARGV: 1 channel, 2 ttl in ms or 0, 3 sliding 0/1, 4 key, 5.. items
-- Returns the list with them; without items nothing changes.
--@include /dev/pulse/wire/map.lua
--@include /dev/pulse/wire/map_lists.lua
--@include /dev/pulse/map/ttl.lua

map_check_key(ARGV[4])
local list = list_decode(redis.call('HGET', KEYS[1], ARGV[4]))
if #ARGV > 4 then
    for i = 5, #ARGV do
        list[#list + 1] = ARGV[i]
    end
    map_set(KEYS[1], ARGV[1], ARGV[4], list_encode(list))
    map_ttl(KEYS[1], ARGV[2], ARGV[3])
end
return list
